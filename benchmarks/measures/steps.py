"""Times the steps of a start in Python, each in a new process."""

import os
import subprocess
from pathlib import Path
from statistics import median

from benchmarks.machine import ROOT
from benchmarks.peers.approach import Approach
from benchmarks.peers.workshop import Workshop

from chime_proxy_provider.aws.sdk_session import SDK_DATA

_QUIET = "import gc; gc.disable()\n"
_BARE = 'import boto3; boto3.client("chime-sdk-voice")'
_LOADER = f"""
import botocore.session
from botocore.loaders import Loader
session = botocore.session.get_session()
loader = Loader(extra_search_paths=[{str(SDK_DATA)!r}], include_default_search_paths=False)
session.register_component("data_loader", loader)
"""
_BARE_SESSION = """
from botocore.handlers import BUILTIN_HANDLERS
def bare_session():
    session = botocore.session.Session(include_builtin_handlers=False)
    for name, handler, *_ in BUILTIN_HANDLERS:
        event, *service = name.split(".")
        if event != "docs" and not {*service[:1]} - {"*", "chime-sdk-voice"}:
            session.register(name, handler)
    return session
"""
_PROVIDER = ROOT / "lambda" / "chime_proxy_provider"
_COUNT = sum(path.read_text().count("\n@dataclass") for path in _PROVIDER.rglob("*.py"))
_DATACLASSES = f"""
from dataclasses import dataclass
for _ in range({_COUNT}):
    @dataclass(frozen=True, slots=True)
    class One:
        "One."
        first: int
        second: int
        third: int
"""
_STEPS = {
    "Python alone": "pass",
    "boto3 and its client: the floor": _BARE,
    "the floor without garbage collection": _QUIET + _BARE,
    "the same, with AWS_DATA_PATH at the data beside the code": _QUIET + _BARE,
    "the same, on the data beside the code alone": _QUIET
    + _LOADER
    + 'import boto3; boto3.Session(botocore_session=session).client("chime-sdk-voice")',
    "the same by botocore, without boto3": _QUIET
    + _LOADER
    + 'session.create_client("chime-sdk-voice")',
    "the same, without botocore's handlers for other services": _QUIET
    + _LOADER.replace("session = ", f"{_BARE_SESSION}session = ").replace(
        "botocore.session.get_session()", "bare_session()"
    )
    + 'session.create_client("chime-sdk-voice")',
    "boto3 imported, no client": _QUIET + "import boto3",
    "botocore imported, no client": _QUIET + "import botocore.session",
    "botocore and Powertools imported": _QUIET
    + "import botocore.session, aws_lambda_powertools.metrics",
    "botocore imported, and as many dataclasses as the provider has": _QUIET
    + f"import botocore.session\n{_DATACLASSES}",
    "botocore imported, and a TLS context with its certificates": _QUIET
    + "import botocore.session, ssl\n"
    + "from botocore.httpsession import where\nssl.create_default_context(cafile=where())",
    "urllib3 imported": _QUIET + "import urllib3",
}
_END = "\nimport os, time; os.write(1, str(time.process_time() * 1000).encode()); os._exit(0)"


def measure(workshop: Workshop, rounds: int) -> dict[str, float]:
    """Return the median processor time of each step in milliseconds."""
    provider = Approach("provider", workshop, workshop.synthesize("provider", 1))
    packages = provider.function("http://127.0.0.1:9", compiled=True).code
    samples: dict[str, list[float]] = {name: [] for name in _STEPS}
    for _ in range(rounds):
        for name, code in _STEPS.items():
            samples[name].append(_take(workshop, name, code, packages))
    return {name: round(median(taken), 2) for name, taken in samples.items()}


def _take(workshop: Workshop, name: str, code: str, packages: Path) -> float:
    environment = workshop.environment("http://127.0.0.1:9")
    if "Powertools" in name:
        environment["PYTHONPATH"] = str(packages)
    if "AWS_DATA_PATH" in name:
        environment["AWS_DATA_PATH"] = str(SDK_DATA)
    command = [str(workshop.python), "-c", code + _END]
    done = subprocess.run(
        command, cwd=Path(os.sep), env=environment, check=True, capture_output=True
    )
    return float(done.stdout)
