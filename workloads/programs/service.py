"""A service: a model that is loaded once and stays, then requests that leave cycles behind."""
import sys


class Entry:
    def __init__(self, number, model):
        self.number, self.model, self.near = number, model, []


class Session:
    def __init__(self, entry):
        self.entry, self.steps = entry, []
        self.steps.append(lambda: self.entry.number)


def load(size):
    model = []
    for number in range(size):
        entry = Entry(number, model)
        entry.near = model[-3:]
        model.append(entry)
    return model


def serve(model, requests):
    total = 0
    for i in range(requests):
        session = Session(model[i * 7919 % len(model)])
        total += session.steps[0]()
    return total

MODEL = load(100000)
sys.audit("ouro.phase", "serve")
print(serve(MODEL, 100000))
