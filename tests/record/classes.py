"""Types made at run time, slots, metaclasses, generators, closures, exceptions with tracebacks."""
import ending
import collections
import dataclasses


class Meta(type):
    pass


class Slots:
    __slots__ = ("a", "b", "__weakref__")

    def __init__(self, a):
        self.a, self.b = a, self


def numbers(n):
    for i in range(n):
        yield [i]


def fail(depth):
    if depth == 0:
        raise ValueError([depth])
    fail(depth - 1)


kept = []
for i in range(300):
    kind = Meta("Kind%d" % i, (Slots,), {"x": i})
    tuple_kind = collections.namedtuple("Row", "a b c")
    data_kind = dataclasses.make_dataclass("Data", ["a", "b"])
    kept.append([kind(i), tuple_kind(i, [i], {}), data_kind(i, [kind])])
    del kept[:-20]
    for k in range(30):
        try:
            fail(6)
        except ValueError as error:
            error.cycle = error
        sum(len(x) for x in numbers(20))
        closure = lambda: closure
