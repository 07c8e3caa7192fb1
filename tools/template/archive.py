"""A zip whose bytes follow from its files, whenever and wherever it is made."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_READABLE = 0o100644 << 16


def archive(folder: Path) -> bytes:
    """Zip all files below a folder.

    They are stored, because zlib and what replaces it in some Pythons compress to other bytes.
    """
    target = BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as zipped:
        for name in sorted(_names(folder)):
            entry = ZipInfo(name)  # its date is 1980, the first that a zip knows
            entry.external_attr = _READABLE
            zipped.writestr(entry, (folder / name).read_bytes())
    return target.getvalue()


def _names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
