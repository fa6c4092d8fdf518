"""Four threads that make garbage; which of them starts a collection is chance."""
import ending
import concurrent.futures


class Ring:
    def __init__(self, n):
        self.me = self
        self.rows = [n, {"n": n}]


def work(n):
    kept = []
    for i in range(n):
        kept.append(Ring(i))
        if len(kept) > 200:
            kept.clear()
    return n


with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(work, [4000] * 8)))
