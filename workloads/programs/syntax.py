"""Syntax trees of the standard library, walked and kept for a while."""
import ast
import os

folder = os.path.dirname(os.__file__)
kept = []
for name in sorted(os.listdir(folder))[:90]:
    if not name.endswith(".py"):
        continue
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            child.parent = node
    kept = (kept + [tree])[-3:]
