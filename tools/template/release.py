"""The two files of a provider, and the commands that deploy them."""

import json
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tools.template.synthesis import STACK_NAME, synthesize

_NAME = "chime-proxy-provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The files.

    Args:
        template: the provider's stack.
        code: the zip that it refers to. Its name changes with its content, so that CloudFormation
            notices a change.

    """

    template: Path
    code: Path

    @property
    def instruction(self) -> str:
        """The two commands that upload the code and deploy the template."""
        return (
            f"aws s3 cp {self.code} s3://BUCKET/\n"
            f"aws cloudformation deploy --stack-name {STACK_NAME} --template-file {self.template}"
            " --capabilities CAPABILITY_IAM --parameter-overrides"
            f" CodeBucket=BUCKET CodeKey={self.code.name} EndpointUrl=URL\n"
        )


def write(folder: Path) -> Release:
    """Write both files, in place of earlier ones.

    Args:
        folder: the target; made if it does not exist.

    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        synthesis = synthesize(Path(scratch))
        code = synthesis.code.read_bytes()
    for earlier in folder.glob(f"{_NAME}-*.zip"):
        earlier.unlink()
    release = Release(
        template=folder / f"{_NAME}.json",
        code=folder / f"{_NAME}-{sha256(code).hexdigest()[:16]}.zip",
    )
    release.code.write_bytes(code)
    release.template.write_text(f"{json.dumps(synthesis.template, indent=2)}\n", encoding="utf-8")
    return release
