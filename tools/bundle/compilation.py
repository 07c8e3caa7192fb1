"""Runs on CPython 3.14: compiles the files in each folder of /tasks and zips it into /zips."""

import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from py_compile import PycInvalidationMode, compile  # noqa: A004 - its name
from zipfile import ZIP_DEFLATED

sys.path.append("/checkout")

from tools.bundle.archive import archive

# The number that every release of Python 3.14 writes into its bytecode.
_MAGIC = 3627

if int.from_bytes(MAGIC_NUMBER[:2], "little") != _MAGIC:
    msg = f"this is Python {sys.version}, not Lambda's 3.14"
    raise SystemExit(msg)
for task in Path("/tasks").iterdir():
    for file in sorted(task.rglob("*.py")):
        # As a traceback names it on Lambda.
        name = Path("/var/task", file.relative_to(task))
        # Not compared with the source's time, which a zip does not keep.
        mode = PycInvalidationMode.UNCHECKED_HASH
        compile(str(file), dfile=str(name), doraise=True, optimize=0, invalidation_mode=mode)
    # This zlib is part of pyodide, so its bytes are the same on every machine.
    Path("/zips", f"{task.name}.zip").write_bytes(archive(task, ZIP_DEFLATED))
