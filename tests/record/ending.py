"""What a program leaves: gc.get_stats() and gc.get_count(), the last thing it says."""
import atexit
import gc


def say():
    numbers = [s["collections"] for s in gc.get_stats()] + [s["collected"] for s in gc.get_stats()]
    print("ending", *numbers, *gc.get_count(), flush=True)


atexit.register(say)
