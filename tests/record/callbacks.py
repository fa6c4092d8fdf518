"""gc.callbacks: Python code before and after each collection."""
import ending
import gc

seen = []


def callback(phase, info):
    seen.append((phase, dict(info)))
    if len(seen) > 100:
        seen.clear()


class Ring:
    def __init__(self):
        self.me = self


gc.callbacks.append(callback)
for i in range(20000):
    Ring()
