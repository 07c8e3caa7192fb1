import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore import xform_name
from tests.docs.page import Page
from tests.folders import ROOT

import chime_proxy

APPS = ("app.py", "docs/end-of-support.md", "docs/upgrading.md")
MODEL = boto3.client("chime-sdk-voice").meta.service_model
OPERATIONS = (
    "CreateProxySession",
    "GetProxySession",
    "UpdateProxySession",
    "DeleteProxySession",
    "ListProxySessions",
    "PutVoiceConnectorProxy",
    "GetVoiceConnectorProxy",
    "DeleteVoiceConnectorProxy",
)


def code_of(name: str) -> str:
    """The code of a file, or of the app on a page."""
    path = ROOT / name
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    (app,) = [block.code for block in Page(path).blocks() if block.language == "python"]
    return app


@pytest.mark.parametrize("name", APPS)
def test_app_synthesizes(tmp_path: Path, name: str) -> None:
    """The app is whole and synthesizes, without a warning."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code_of(name)],
        env={
            **os.environ,
            "CDK_VALIDATION": "true",
            "CDK_OUTDIR": str(tmp_path),
            "CDK_CONTEXT_JSON": '{"aws:cdk:bundling-stacks": []}',
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "MaskedCalls.template.json").exists()


def test_table_has_every_option() -> None:
    """The table of the command's options has all of them, with the names of properties and props."""
    text = (ROOT / "docs" / "upgrading.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `--([a-z-]+)` \| `(\w+)` \| `(\w+)` \|$", text, re.MULTILINE)
    members = MODEL.operation_model("CreateProxySession").input_shape.members

    assert [(option, name) for option, name, _ in rows] == [
        (xform_name(name, "-"), name) for _, name, _ in rows
    ]
    assert {name for _, name, _ in rows} == set(members)
    props = chime_proxy.ProxySession.__init__.__annotations__
    assert {prop for _, _, prop in rows} <= set(props)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation_is_marked_as_ended(operation: str) -> None:
    """The SDK's own data mark each operation that the page names as ended, and say since when."""
    text = (ROOT / "docs" / "end-of-support.md").read_text(encoding="utf-8")
    model = MODEL.operation_model(operation)

    assert f"`{operation}`" in text
    assert model.deprecated
    assert "April 7, 2026" in model.documentation
