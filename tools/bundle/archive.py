"""Makes zips whose bytes depend on the files alone, not on the time or the machine."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_READABLE = 0o100644 << 16
_UNIX = 3


def archive(folder: Path, compression: int = ZIP_STORED) -> bytes:
    """Zip all files below a folder, all of them readable for everyone.

    Args:
        folder: names in the zip are relative to it.
        compression: one of `zipfile`'s. Default: none, because zlib and its replacement in some
            Pythons compress to other bytes.
    """
    target = BytesIO()
    with ZipFile(target, "w", compression, compresslevel=9) as zipped:
        for name in sorted(_names(folder)):
            entry = ZipInfo(name)  # its date is 1980, the first that a zip knows
            entry.create_system = _UNIX
            entry.external_attr = _READABLE
            zipped.writestr(entry, (folder / name).read_bytes(), compression, 9)
    return target.getvalue()


def _names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
