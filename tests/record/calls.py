"""All that the module gc offers, at run time."""
import ending
import gc


class Ring:
    def __init__(self):
        self.me = self


def work(n):
    for i in range(n):
        Ring()
        [[i], {"a": [i]}]


work(2000)
print(gc.collect(), gc.collect(0), gc.collect(generation=1), gc.collect(2))
for bad in (3, -1, "x"):
    try:
        gc.collect(bad)
    except (ValueError, TypeError) as error:
        print(error)
model = [Ring() for i in range(3000)]
gc.collect()
gc.freeze()
print(gc.get_freeze_count() > 9000)
work(5000)
gc.set_threshold(100, 5, 2)
work(5000)
gc.disable()
work(5000)
gc.enable()
work(3000)
gc.set_threshold(2000)
work(9000)
gc.unfreeze()
del model
gc.set_threshold(0)
work(3000)
gc.set_threshold(700, 10, 10)
work(8000)
gc.collect()
