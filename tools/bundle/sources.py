"""The functions whose code is bundled, their files, and the files' digests."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_KINDS = (".json", ".py")


@dataclass(frozen=True, slots=True)
class Function:
    """A function's code in a checkout: one package of ours, and the packages that it imports.

    Args:
        name: the name of the zip, without `.zip`.
        package: the folder below `lambda/`.
        handler: the module that Lambda imports.
        pins: the file below `lambda/` with the packages, pinned with hashes.
        unused: folders of those packages that the handler does not import, and that are not zipped.
    """

    name: str
    package: str
    handler: str
    pins: str
    unused: tuple[str, ...] = ()

    def requirements(self, root: Path) -> Path:
        """The pins."""
        return root / "lambda" / self.pins

    def copy(self, root: Path, target: Path) -> None:
        """Copy the package without bytecode and an editor's leftovers."""
        package = root / "lambda" / self.package
        for file in _files(package, _KINDS):
            copy = target / file.relative_to(package.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)

    def digest(self, root: Path) -> str:
        """The SHA-256 of the sources, the pins and this tool."""
        result = sha256()
        for file in self._inputs(root):
            content = file.read_bytes()
            result.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode())
            result.update(content)
        return result.hexdigest()

    def _inputs(self, root: Path) -> Iterator[Path]:
        yield from _files(root / "lambda" / self.package, _KINDS)
        yield from _files(root / "tools" / "bundle", (".mjs", ".py"))
        yield self.requirements(root)


PROVIDER = Function(
    name="provider",
    package="chime_proxy_provider",
    handler="chime_proxy_provider.handler",
    pins="requirements.txt",
    # Routes of HTTP APIs, and types of other services' events: two thirds of the package.
    unused=(
        "aws_lambda_powertools/event_handler",
        "aws_lambda_powertools/utilities/data_classes",
        "aws_lambda_powertools/utilities/parser",
    ),
)
SERVICE = Function(
    name="service",
    package="chime_proxy_service",
    handler="chime_proxy_service.handlers.api",
    pins="service-requirements.txt",
)
TWIML = Function(
    name="twiml",
    package="chime_proxy_service",
    handler="chime_proxy_service.handlers.twiml",
    pins="twiml-requirements.txt",
    # The carrier's API, nine tenths of the package.
    unused=("twilio/rest",),
)
FUNCTIONS = (PROVIDER, SERVICE, TWIML)


def _files(folder: Path, kinds: tuple[str, ...]) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in kinds)
