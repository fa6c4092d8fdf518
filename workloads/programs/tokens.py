"""Tokens and code objects: sources tokenized, compiled, and run."""
import io
import tokenize

SOURCE = "".join(f"def f{i}(a, b=None):\n    return [a, b, {i}]\n" for i in range(100))
for i in range(30):
    tokens = list(tokenize.generate_tokens(io.StringIO(SOURCE).readline))
    space = {"tokens": tokens}
    exec(compile(SOURCE, "source", "exec"), space)
    space["f1"](space)
