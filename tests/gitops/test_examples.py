import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from cfnlint.rules import Match
from check_jsonschema.cli import main as check_jsonschema
from click.testing import CliRunner
from jsonschema import Draft7Validator
from tests.cfn_lint import lint_as_command

from chime_proxy._sessions_file.document import read_sessions
from chime_proxy._sessions_file.schema import sessions_schema

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
CONNECTOR = "abcdef1ghij2klmno3pqr4"
NUMBERS = '["+14015550101", "+12065550100"]'
RIDE = (
    f"{{VoiceConnectorId: {CONNECTOR}, Capabilities: [Voice], ParticipantPhoneNumbers: {NUMBERS}}}"
)

OWN = f"ride: {{ParticipantPhoneNumbers: {NUMBERS}}}"


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a tool in the example's folder."""
    return subprocess.run(
        command,
        cwd=EXAMPLE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def cfn_lint(*arguments: str | Path) -> list[Match]:
    """Return cfn-lint's findings in the example's folder."""
    with chdir(EXAMPLE):
        return lint_as_command(*arguments)


def synthesized(app: str, folder: Path) -> dict[str, dict[str, Any]]:
    """The templates of an app, by file name; its assets are not bundled."""
    context = json.dumps({"aws:cdk:bundling-stacks": []})
    done = run(sys.executable, "-W", "error", app, CDK_OUTDIR=str(folder), CDK_CONTEXT_JSON=context)
    assert done.returncode == 0, done.stderr
    return {
        path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8"))
        for path in folder.rglob("*.template.json")
    }


def sessions(templates: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The logical ids of all sessions in templates."""
    return [
        logical_id
        for template in templates.values()
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "Custom::ChimeProxySession"
    ]


def check_sessions(file: Path) -> int:
    """The exit code of check-jsonschema for a sessions file."""
    schema = EXAMPLE / "sessions.schema.json"
    return CliRunner().invoke(check_jsonschema, ["--schemafile", str(schema), str(file)]).exit_code


def test_schema_is_current() -> None:
    """The schema beside the sessions is what `python -m chime_proxy schema` prints."""
    done = run(sys.executable, "-m", "chime_proxy", "schema")

    assert done.returncode == 0, done.stderr
    assert (EXAMPLE / "sessions.schema.json").read_text(encoding="utf-8") == done.stdout


def test_schema_is_valid_json_schema() -> None:
    """The schema is valid in its draft and has no keyword that JSON Schema ignores."""
    schema = sessions_schema()

    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == Draft7Validator.META_SCHEMA["$schema"]
    assert "insertionOrder" not in json.dumps(schema)


@pytest.mark.parametrize(
    "text",
    [
        f"Sessions: {{ride: {RIDE}}}",
        "Sessions: {}",
        f"Defaults: {{VoiceConnectorId: {CONNECTOR}, Capabilities: [SMS]}}\nSessions: {{{OWN}}}",
        f"Defaults: {{Capabilities: [SMS]}}\nSessions: {{{OWN}}}",
        f"Sessions: {{{OWN}}}",
        f"Sessions: {{ride 1: {RIDE}}}",
        f"Sessions: {{ride: {RIDE}}}\nRides: {{}}",
        f"Defaults: {{ParticipantPhoneNumbers: {NUMBERS}}}\nSessions: {{}}",
        f"Defaults: {{Status: Open}}\nSessions: {{ride: {RIDE}}}",
        RIDE,
        f"Defaults: {{Name: 1e3}}\nSessions: {{ride: {RIDE}}}",
        f"Defaults: {{GeoMatchParams: {{Country: US, AreaCode: 089}}}}\nSessions: {{ride: {RIDE}}}",
    ],
)
def test_schema_and_construct_agree(text: str, tmp_path: Path) -> None:
    """A tool with the schema refuses what the construct refuses, and nothing else."""
    file = tmp_path / "sessions.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        read_sessions(file)
        is_good = True
    except ValueError:
        is_good = False

    assert (check_sessions(file) == 0) is is_good


def test_sessions_fit_the_schema() -> None:
    """An editor finds no fault with the example's sessions."""
    assert check_sessions(EXAMPLE / "sessions.yaml") == 0


@pytest.fixture(scope="module")
def app_templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Synthesize the app once."""
    return synthesized("app.py", tmp_path_factory.mktemp("app"))


def test_app_declares_every_session(app_templates: dict[str, dict[str, Any]]) -> None:
    """The app has every session of the file, in four stacks that have a provider each."""
    assert app_templates.keys() == {f"Rides{number}" for number in range(4)}
    assert len(sessions(app_templates)) == len(read_sessions(EXAMPLE / "sessions.yaml")) == 3
    for template in app_templates.values():
        types = [resource["Type"] for resource in template["Resources"].values()]
        assert types.count("AWS::Lambda::Function") == 1


def test_pipeline_deploys_the_same_sessions(
    app_templates: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """The pipeline deploys itself, and then the sessions that the app has, with the same ids."""
    templates = synthesized("pipeline.py", tmp_path)

    pipeline = templates.pop("RidesPipeline")["Resources"]
    (stages,) = [
        [stage["Name"] for stage in resource["Properties"]["Stages"]]
        for resource in pipeline.values()
        if resource["Type"] == "AWS::CodePipeline::Pipeline"
    ]
    assert stages == ["Source", "Build", "UpdatePipeline", "Assets", "Production"]
    assert len(templates) == 4
    assert sorted(sessions(templates)) == sorted(sessions(app_templates))


@pytest.mark.parametrize("template", ["roles.yaml", "git-sync/template.yaml"])
def test_plain_templates_pass_cfn_lint(template: str) -> None:
    """cfn-lint finds nothing in the plain templates."""
    assert cfn_lint("--template", template) == []


def test_deployment_file_passes_cfn_lint() -> None:
    """cfn-lint finds nothing in what Git sync reads: the deployment file with its template."""
    assert cfn_lint("--deployment-files", "git-sync/deployment.yaml") == []


@pytest.mark.parametrize(
    ("before", "after"), [("VoiceConnectorId:", "Connector:"), ("tags", "labels")]
)
def test_cfn_lint_finds_faults_of_a_deployment_file(
    tmp_path: Path, before: str, after: str
) -> None:
    """cfn-lint finds a missing parameter and an unknown key."""
    text = (EXAMPLE / "git-sync" / "deployment.yaml").read_text(encoding="utf-8")
    template = EXAMPLE / "git-sync" / "template.yaml"
    file = tmp_path / "deployment.yaml"
    file.write_text(text.replace("git-sync/template.yaml", str(template)).replace(before, after, 1))

    assert cfn_lint("--deployment-files", file) != []
