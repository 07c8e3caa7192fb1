import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import aws_cdk as cdk
import pytest
import yaml
from tests.cfn_lint import lint_template
from tools.template.release import Release, write

from chime_proxy import ProxySessionProvider, ProxySessionService

KINDS = ("chime-proxy-service", "chime-proxy-provider")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    """Both templates and their code, by the template's name."""
    return {one.template.stem: one for one in write(tmp_path_factory.mktemp("dist"))}


@pytest.fixture(params=KINDS)
def release(releases: dict[str, Release], request: pytest.FixtureRequest) -> Release:
    """Each of the two."""
    return releases[request.param]


def parsed(release: Release) -> dict[str, Any]:
    """The template."""
    return dict(json.loads(release.template.read_text()))


def test_same_sources_make_the_same_bytes(releases: dict[str, Release], tmp_path: Path) -> None:
    """The same sources make the same files, to the byte."""
    for again in write(tmp_path / "new" / "dist"):
        release = releases[again.template.stem]
        assert again.template.read_bytes() == release.template.read_bytes()
        assert again.codes.keys() == release.codes.keys()
        for key, code in again.codes.items():
            assert code.name == release.codes[key].name
            assert code.read_bytes() == release.codes[key].read_bytes()


def test_zip_is_named_by_its_digest(release: Release) -> None:
    """A zip has its handler, nothing of this machine, and the digest that its name says."""
    handlers = {
        "CodeKey": "chime_proxy_provider/handler.py",
        "ServiceCodeKey": "chime_proxy_service/handlers/api.py",
    }
    for key, path in release.codes.items():
        with ZipFile(path) as code:
            names = code.namelist()
            contents = b"".join(map(code.read, names))

        assert handlers[key] in names
        assert str(Path(__file__).parents[2]).encode() not in contents
        assert not [name for name in names if name.endswith("/RECORD")]
        assert sha256(path.read_bytes()).hexdigest()[:16] in path.name


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("chime-proxy-provider", {"CodeBucket", "CodeKey", "EndpointUrl"}),
        ("chime-proxy-service", {"CodeBucket", "CodeKey", "ServiceCodeKey", "PhoneNumbers"}),
    ],
)
def test_template_knows_nothing_of_cdk(
    releases: dict[str, Release], kind: str, parameters: set[str]
) -> None:
    """The template asks for code, its place and what it needs, and knows no bootstrapped account."""
    template = parsed(releases[kind])

    assert template.keys() == {"Description", "Parameters", "Resources", "Outputs"}
    assert template["Parameters"].keys() == parameters
    assert "cdk" not in json.dumps(template).lower()


def _of_app(stack_name: str) -> dict[str, Any]:
    """The same stack, declared in an app."""
    app = cdk.App()
    stack = cdk.Stack(app, stack_name)
    if stack_name == "ChimeProxyProvider":
        ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com").publish()
    else:
        service = ProxySessionService(
            stack, "Service", phone_numbers=[cdk.CfnParameter(stack, "Number").value_as_string]
        )
        service.publish()
        ProxySessionProvider(stack, "Provider", service=service).publish()
    return dict(app.synth().get_stack_by_name(stack_name).template)


def test_stack_is_that_of_the_cdk_app(release: Release) -> None:
    """The stack is that of a CDK app, so that one can be updated to the other."""
    template, of_app = parsed(release), _of_app(release.kind.stack_name)

    theirs, ours = of_app["Resources"], template["Resources"]
    assert theirs.keys() == ours.keys()
    for name, resource in ours.items():
        assert _settings(resource) == _settings(theirs[name])
    assert template["Outputs"] == of_app["Outputs"]


def _settings(resource: dict[str, Any]) -> dict[str, Any]:
    varying = {"Code", "Environment"} if resource["Type"] == "AWS::Lambda::Function" else set()
    return {key: value for key, value in resource["Properties"].items() if key not in varying}


def test_provider_is_the_same_in_both(releases: dict[str, Release]) -> None:
    """A stack of the one template becomes one of the other: function and role keep their ids."""
    alone, with_service = (parsed(releases[kind]) for kind in reversed(KINDS))

    assert alone["Resources"].keys() < with_service["Resources"].keys()
    for name, resource in alone["Resources"].items():
        assert with_service["Resources"][name]["Type"] == resource["Type"]


def test_cfn_lint_finds_nothing(release: Release) -> None:
    """cfn-lint finds nothing."""
    matches = lint_template(release.template.read_text())

    assert matches == []


def test_earlier_files_are_replaced(tmp_path: Path) -> None:
    """Only the code that belongs to the templates is left in the folder."""
    for kind in KINDS:
        (tmp_path / f"{kind}-0123456789abcdef.zip").touch()
    (tmp_path / "cdk_chime_proxy-0.1.0-py3-none-any.whl").touch()

    releases = write(tmp_path)

    written = {one.template.name for one in releases} | {
        code.name for one in releases for code in one.codes.values()
    }
    left = {"cdk_chime_proxy-0.1.0-py3-none-any.whl", *written}
    assert {path.name for path in tmp_path.iterdir()} == left


def test_instruction_names_all_files_and_parameters(release: Release) -> None:
    """The printed commands name every file and every parameter."""
    purpose, *uploads, deploy = release.instruction.splitlines()

    assert purpose.startswith("# ")
    for upload, (key, code) in zip(uploads, release.codes.items(), strict=True):
        assert str(code) in upload
        assert f" {key}={code.name} " in deploy
    assert f"--template-file {release.template} " in deploy
    values = deploy.partition("--parameter-overrides ")[2].split()
    named = {value.partition("=")[0] for value in values}
    assert named == parsed(release)["Parameters"].keys()


def test_workflow_releases_every_file(release: Release) -> None:
    """The workflow of a release uploads each file that is written."""
    workflow = Path(__file__).parents[2] / ".github" / "workflows" / "release.yml"
    steps = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]["build"]["steps"]
    uploads = {
        step["with"]["name"]: step["with"]["path"]
        for step in steps
        if "with" in step and "path" in step["with"]
    }
    files = [release.template, *release.codes.values()]

    assert {f"dist/*{file.suffix}" for file in files} == set(uploads["templates"].split())
