"""Two phases: a model is built, then requests come and go."""
import ending
import sys


class Record:
    def __init__(self, owner):
        self.owner = owner


def build():
    return [Record([i]) for i in range(20000)]


def serve(model, n):
    for i in range(n):
        request = Record(model[i % len(model)])
        request.me = [request]


sys.audit("ouro.phase", "build")
model = build()
sys.audit("ouro.phase", "serve")
serve(model, 30000)
sys.audit("unrelated", model)
