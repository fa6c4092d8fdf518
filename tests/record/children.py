"""Children are left alone: fork, subprocess, a pool of processes."""
import ending
import os
import subprocess
import sys

for i in range(3):
    child = os.fork()
    if child == 0:
        kept = [[k] for k in range(3000)]
        os._exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(subprocess.run([sys.executable, "-c", "print([[i] for i in range(3)])"],
                     capture_output=True, text=True, env={}).stdout)
print(subprocess.run(["/nonexistent"], capture_output=True).returncode
      if os.path.exists("/nonexistent") else "no such program")
try:
    subprocess.Popen(["/nonexistent"])
except FileNotFoundError as error:
    print(error)
rows = [[i, {"i": [i]}] for i in range(5000)]
