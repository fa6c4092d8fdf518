"""Lists, tuples and dictionaries by reference count alone: free lists, resizing, untracking."""
import ending

rows = {}
for i in range(40000):
    row = [i, str(i), (i, i + 1)]
    row.extend(range(i % 5))
    rows[i % 3000] = (row, {"key": i}, {"list": row}, tuple([i] * (i % 25)))
table = [tuple(range(i % 20)) for i in range(20000)]
text = [dict(a=i, b=[i]) for i in range(5000)]
