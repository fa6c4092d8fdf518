"""Source texts parsed into concrete syntax trees, changed, and written again."""
import warnings

warnings.simplefilter("ignore")
from lib2to3 import refactor  # noqa: E402

FIXES = ["lib2to3.fixes.fix_print", "lib2to3.fixes.fix_dict", "lib2to3.fixes.fix_raise"]
tool = refactor.RefactoringTool(FIXES)
SOURCE = "".join(f"def f{i}(d):\n    print d.keys()\n    raise E, {i}\n" for i in range(60))
for i in range(4):
    tool.refactor_string(SOURCE, f"text {i}")
