import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import aws_cdk as cdk
import pytest
from tests.cfn_lint import lint_template
from tools.template.release import Release, write

from chime_proxy import ProxySessionProvider


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The provider's template and code."""
    return write(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def template(release: Release) -> dict[str, Any]:
    """The template."""
    return dict(json.loads(release.template.read_text()))


def test_same_sources_make_the_same_bytes(release: Release, tmp_path: Path) -> None:
    """The same sources make the same files, to the byte."""
    again = write(tmp_path / "new" / "dist")

    assert again.code.name == release.code.name
    assert again.code.read_bytes() == release.code.read_bytes()
    assert again.template.read_bytes() == release.template.read_bytes()


def test_zip_is_named_by_its_digest(release: Release) -> None:
    """The zip has the handler, nothing of this machine, and the digest that its name says."""
    with ZipFile(release.code) as code:
        names = code.namelist()
        contents = b"".join(map(code.read, names))

    assert "chime_proxy_provider/handler.py" in names
    assert str(Path(__file__).parents[2]).encode() not in contents
    assert not [name for name in names if name.endswith("/RECORD")]
    assert sha256(release.code.read_bytes()).hexdigest()[:16] in release.code.name


def test_template_knows_nothing_of_cdk(template: dict[str, Any]) -> None:
    """The template asks for code, its place and the endpoint, and knows no bootstrapped account."""
    assert template.keys() == {"Description", "Parameters", "Resources", "Outputs"}
    assert template["Parameters"].keys() == {"CodeBucket", "CodeKey", "EndpointUrl"}
    assert "cdk" not in json.dumps(template).lower()


def test_stack_is_that_of_the_cdk_app(template: dict[str, Any]) -> None:
    """The stack is that of the CDK app, so that one can be updated to the other."""
    app = cdk.App()
    stack = cdk.Stack(app, "ChimeProxyProvider")
    ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com").publish()
    of_app = app.synth().get_stack_by_name("ChimeProxyProvider").template

    (function,) = (
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    )
    theirs, ours = of_app["Resources"], template["Resources"]
    assert theirs.keys() == ours.keys()
    assert {name: theirs[name] for name in theirs if name != function} == {
        name: ours[name] for name in ours if name != function
    }
    assert _settings(theirs[function]) == _settings(ours[function])
    assert template["Outputs"] == of_app["Outputs"]


def _settings(function: dict[str, Any]) -> dict[str, Any]:
    varying = {"Code", "Environment"}
    return {key: value for key, value in function["Properties"].items() if key not in varying}


def test_cfn_lint_finds_nothing(release: Release) -> None:
    """cfn-lint finds nothing."""
    matches = lint_template(release.template.read_text())

    assert matches == []


def test_earlier_files_are_replaced(tmp_path: Path) -> None:
    """Only the code that belongs to the template is left in the folder."""
    (tmp_path / "chime-proxy-provider-0123456789abcdef.zip").touch()
    (tmp_path / "cdk_chime_proxy-0.1.0-py3-none-any.whl").touch()

    release = write(tmp_path)

    left = {"cdk_chime_proxy-0.1.0-py3-none-any.whl", release.code.name, release.template.name}
    assert {path.name for path in tmp_path.iterdir()} == left


def test_instruction_names_both_files_and_all_parameters(release: Release) -> None:
    """What is printed is two lines that name both files and every parameter."""
    upload, deploy = release.instruction.splitlines()

    assert str(release.code) in upload
    assert f"--template-file {release.template} " in deploy
    assert f"CodeKey={release.code.name} " in deploy
