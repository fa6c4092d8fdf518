"""The standard library on text: json, ast, minidom, argparse, re, tokenize."""
import ending
import argparse
import ast
import io
import json
import re
import tokenize
from xml.dom import minidom

document = {"rows": [{"id": i, "tags": ["a", "b", str(i)], "at": {"x": i / 3}} for i in range(800)]}
for _ in range(4):
    document = json.loads(json.dumps(document))
source = open(ast.__file__).read()
tree = ast.parse(source)
print(sum(1 for node in ast.walk(tree)), len(ast.unparse(tree)))
tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
for i in range(5):
    page = minidom.parseString("<a>" + "<b c='%d'>text<d/></b>" % i * 300 + "</a>")
    print(len(page.getElementsByTagName("d")))
for i in range(60):
    parser = argparse.ArgumentParser(prog="p")
    for k in range(15):
        parser.add_argument("--option%d" % k, type=int, default=k, help="h")
    parser.add_argument("words", nargs="*")
    parser.parse_args(["--option3", "5", "a", "b"])
print(len([m for m in re.finditer(r"\w+", source)]))
