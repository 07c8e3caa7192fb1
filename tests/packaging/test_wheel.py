import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
APP = """
import aws_cdk as cdk
import chime_proxy

app = cdk.App()
stack = cdk.Stack(app, "Calls")
chime_proxy.ProxySession(
    stack,
    "Ride",
    voice_connector="abcdef1ghij2klmno3pqr4",
    participants=["+14015550101", "+12065550100"],
    capabilities=[chime_proxy.Capability.VOICE],
)
app.synth()
print(chime_proxy.__file__)
"""


def test_everything_is_in_the_wheel(wheel: Path) -> None:
    """The wheel has every source file of the three roots, and the zips of the functions' code."""
    names = set(ZipFile(wheel).namelist())
    roots = {"constructs": "", "lambda": "chime_proxy/_lambda/", "local": ""}
    expected = {
        f"{prefix}{path.relative_to(ROOT / root)}"
        for root, prefix in roots.items()
        for path in (ROOT / root).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected |= {f"chime_proxy/_lambda/{one}.zip" for one in ("provider", "service", "twiml")}

    assert {name for name in names if ".dist-info/" not in name} == expected


def test_wheel_synthesizes_what_the_checkout_does(installed: Path, tmp_path: Path) -> None:
    """A user of the wheel synthesizes from any folder, to the template that the checkout gives."""
    from_wheel = _synth(tmp_path / "wheel", str(installed))
    from_checkout = _synth(tmp_path / "checkout", str(ROOT / "constructs"))

    assert from_wheel["Resources"] == from_checkout["Resources"]


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["-c", "import boto3"], 1, "No module named 'boto3'"),
        (["-c", "import chime_proxy"], 0, ""),
        (["-m", "chime_proxy", "drift", "--stack", "Rides"], 2, "pip install 'cdk-chime-proxy[drift]'"),
    ],
)  # fmt: skip
def test_sdk_is_needed_by_drift_alone(
    installed: Path, dependencies: Path, command: list[str], status: int, said: str
) -> None:
    """Without the SDK all works but the one command, which says how to install it."""
    done = _python(installed, dependencies, *command)

    assert done.returncode == status, done.stderr
    assert said in done.stderr


def test_schema_is_printed_from_the_wheel(installed: Path, dependencies: Path) -> None:
    """The wheel prints the schema of a sessions file from the resource schema that it carries."""
    done = _python(installed, dependencies, "-m", "chime_proxy", "schema")

    assert json.loads(done.stdout)["required"] == ["Sessions"]


def test_aws_data_is_found_in_the_wheel(installed: Path, dependencies: Path) -> None:
    """The wheel, built from the archive of the sources, has the AWS CLI's folder and names it."""
    done = _python(installed, dependencies, "-m", "chime_proxy", "aws-data-path")

    folder = Path(done.stdout.strip())
    assert folder.is_relative_to(installed)
    assert list(folder.glob("chime-sdk-voice/*/service-2.sdk-extras.json"))


def _python(installed: Path, dependencies: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(map(str, (installed, dependencies)))
    return subprocess.run(
        [sys.executable, "-S", *command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def _synth(folder: Path, path: str) -> dict[str, dict[str, object]]:
    folder.mkdir()
    out = folder / "cdk.out"
    environment = {**os.environ, "PYTHONPATH": path, "CDK_OUTDIR": str(out)}
    command = [sys.executable, "-c", APP]
    done = subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip().startswith(path)
    template: dict[str, dict[str, object]] = json.loads(
        (out / "Calls.template.json").read_text(encoding="utf-8")
    )
    return template
