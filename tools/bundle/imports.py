"""Imports the handler from a bundle, to see that the bundle is complete."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tools.bundle.errors import BundleError

_OF_THE_RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
# As much as the handlers read while they are imported.
_ENVIRONMENT = {
    "ANNOUNCEMENT_LANGUAGE": "en-US",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "CALL_LIMIT_SECONDS": "60",
    "PROXY_PHONE_NUMBERS": "",
    "SECRET_ARN": "secret",
    "TABLE_NAME": "sessions",
}
_SCRIPT = f"""
import os, sys
bundle, runtime, handler = sys.argv[1:]
known = {{*sys.stdlib_module_names, *{_OF_THE_RUNTIME!r}}}
known.update(name.removesuffix(".py") for name in os.listdir(bundle))
class OnlyKnown:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in known:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, OnlyKnown())
sys.path.insert(0, runtime)
import boto3  # compiled for all later starts; nothing is written into the bundle
sys.dont_write_bytecode = True
sys.path.insert(0, bundle)
__import__(handler)
"""


def check(folder: Path, handler: str) -> None:
    """Import the handler with only the bundle and the SDK, which is part of Lambda's runtime.

    Args:
        folder: the bundle.
        handler: the handler's module.

    If this Python has no SDK, the handler is not imported; then only the pins are checked.

    Raises:
        BundleError: an import fails.
    """
    sdk = find_spec("boto3")
    if not sdk or not sdk.origin:
        return
    runtime = Path(sdk.origin).parents[1]
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-I", "-S", "-c", _SCRIPT, str(folder), str(runtime), handler],
        env=_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        msg = f"the handler does not start from its bundle:\n{done.stderr.strip()}"
        raise BundleError(msg)
