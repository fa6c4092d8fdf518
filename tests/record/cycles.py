"""Rings of objects that only the collector frees, some of which live for a while."""
import ending


class Node:
    def __init__(self, kept):
        self.next = self
        self.data = [kept, {"kept": kept}, (kept, [])]


kept = []
for i in range(60000):
    node = Node(i)
    if i % 7 == 0:
        kept.append(node)
    if len(kept) > 2000:
        del kept[:1500]
