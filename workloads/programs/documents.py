"""JSON documents: each is parsed, its parts learn their parents, and it is forgotten."""
import json

TEXT = json.dumps({"items": [{"id": i, "tags": ["a", "b"], "at": {"x": i}} for i in range(40)]})


def link(part, parent):
    if isinstance(part, dict):
        children = list(part.values())
        part["parent"] = parent
    else:
        children = part
    for child in children:
        if isinstance(child, (dict, list)):
            link(child, part)

for i in range(1000):
    document = json.loads(TEXT)
    link(document, document)
