"""Finalizers called by the collector: they resurrect, allocate, free their neighbours."""
import ending

saved = []


class Final:
    def __init__(self, number):
        self.number = number
        self.me = self
        self.other = [self, [number]]

    def __del__(self):
        if self.number % 5 == 0:
            saved.append(self)
        if self.number % 3 == 0:
            self.other = None
        if self.number % 4 == 0:
            for i in range(20):
                [i, {"i": [i]}]
        if len(saved) > 500:
            saved.clear()


def generator(n):
    try:
        me = yield
        yield me
    finally:
        saved.append([n])


for i in range(30000):
    Final(i)
    if i % 3 == 0:
        g = generator(i)
        next(g)
        g.send(g)
