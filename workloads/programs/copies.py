"""Graphs that are copied deeply, pickled and unpickled."""
import copy
import pickle


class Node:
    def __init__(self, number):
        self.number, self.edges = number, []

nodes = [Node(i) for i in range(100)]
for node in nodes:
    node.edges = [nodes[(node.number * k + 1) % 100] for k in (2, 3, 5)]
for i in range(20):
    other = copy.deepcopy(nodes)
    pickle.loads(pickle.dumps(other[:1]))
