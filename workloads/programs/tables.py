"""Rows of a database that become objects which refer to each other."""
import sqlite3


class Row:
    def __init__(self, number, parent, name):
        self.number, self.parent, self.name, self.children = number, parent, name, []

base = sqlite3.connect(":memory:")
base.execute("create table tree (number integer, parent integer, name text)")
rows = [(i, max(0, (i - 1) // 4), f"row {i}") for i in range(2000)]
base.executemany("insert into tree values (?, ?, ?)", rows)
for i in range(40):
    found = {row[0]: Row(*row) for row in base.execute("select * from tree")}
    for row in found.values():
        row.parent = found[row.parent]
        row.parent.children.append(row)
