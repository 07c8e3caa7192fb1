"""A stack's template and code, and the commands that deploy them."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tools.template.stacks import KINDS, Kind
from tools.template.synthesis import synthesize

_ZIPS = {"CodeKey": "chime-proxy-provider", "ServiceCodeKey": "chime-proxy-service"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The files.

    Args:
        kind: the stack.
        template: its template.
        codes: its zips, by the parameter that names each one's key. A zip's name changes with its
            content, so that CloudFormation notices a change.
    """

    kind: Kind
    template: Path
    codes: Mapping[str, Path]

    @property
    def instruction(self) -> str:
        """The commands that upload the code and deploy the template."""
        uploads = "".join(f"aws s3 cp {code} s3://BUCKET/\n" for code in self.codes.values())
        keys = " ".join(f"{parameter}={code.name}" for parameter, code in self.codes.items())
        return (
            f"# {self.kind.purpose}\n"
            f"{uploads}"
            f"aws cloudformation deploy --stack-name {self.kind.stack_name}"
            f" --template-file {self.template} --capabilities CAPABILITY_IAM"
            f" --parameter-overrides CodeBucket=BUCKET {keys} {self.kind.values}\n"
        )


def write(folder: Path) -> list[Release]:
    """Write the files of every stack, in place of earlier ones.

    Args:
        folder: the target; made if it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _ZIPS.values():
        for earlier in folder.glob(f"{name}-*.zip"):
            earlier.unlink()
    return [_write(kind, folder) for kind in KINDS]


def _write(kind: Kind, folder: Path) -> Release:
    with tempfile.TemporaryDirectory() as scratch:
        synthesis = synthesize(kind, Path(scratch))
        codes = {key: _write_code(key, code, folder) for key, code in synthesis.codes.items()}
    template = folder / f"{kind.template_name}.json"
    template.write_text(f"{json.dumps(synthesis.template, indent=2)}\n", encoding="utf-8")
    return Release(kind=kind, template=template, codes=codes)


def _write_code(parameter: str, code: Path, folder: Path) -> Path:
    content = code.read_bytes()
    target = folder / f"{_ZIPS[parameter]}-{sha256(content).hexdigest()[:16]}.zip"
    target.write_bytes(content)
    return target
