"""Runs on CPython 3.14: compiles the files in /var/task and zips them to /out/code.zip."""

import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from py_compile import PycInvalidationMode, compile  # noqa: A004 - its name
from zipfile import ZIP_DEFLATED

sys.path.append("/checkout")

from tools.bundle.archive import archive

_TASK = Path("/var/task")
# The number that every release of Python 3.14 writes into its bytecode.
_MAGIC = 3627

if int.from_bytes(MAGIC_NUMBER[:2], "little") != _MAGIC:
    msg = f"this is Python {sys.version}, not Lambda's 3.14"
    raise SystemExit(msg)
for file in sorted(_TASK.rglob("*.py")):
    # Not compared with the source's time, which a zip does not keep.
    mode = PycInvalidationMode.UNCHECKED_HASH
    compile(str(file), doraise=True, optimize=0, invalidation_mode=mode)
# This zlib is part of pyodide, so its bytes are the same on every machine.
Path("/out/code.zip").write_bytes(archive(_TASK, ZIP_DEFLATED))
