"""Weak references with callbacks, weak dictionaries and sets, weakref.finalize."""
import ending
import weakref


class Thing:
    def __init__(self, n):
        self.n = n
        self.me = self


called = []
values = weakref.WeakValueDictionary()
keys = weakref.WeakKeyDictionary()
members = weakref.WeakSet()
references = []
for i in range(20000):
    thing = Thing(i)
    values[i] = thing
    if i % 2:
        keys[thing] = [i]
    if i % 3 == 0:
        members.add(thing)
    if i % 5 == 0:
        references.append(weakref.ref(thing, called.append))
    if i % 50 == 0:
        weakref.finalize(thing, called.append, i)
    if len(called) > 3000:
        called.clear()
        references = [r for r in references if r() is not None]
