"""docs/architecture.md is true: its pictures are of the code, and its third type works."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.doubles import CONNECTOR, NOW, REQUEST, response_url

from chime_proxy_provider.aws.number_references import NumberReferences
from chime_proxy_provider.aws.retry import Retry
from chime_proxy_provider.cloudformation.event import read_address, read_request
from chime_proxy_provider.cloudformation.outcome import Outcome
from chime_proxy_provider.deadline import Deadline
from chime_proxy_provider.lifecycle.deletion import Deletion, RefusedDeletion
from chime_proxy_provider.lifecycle.lifecycle import Lifecycle
from chime_proxy_provider.lifecycle.resource_type import Dependencies

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "architecture.md").read_text(encoding="utf-8")
OTHER = "zbcdef1ghij2klmno3pqr4"
KEY = {"VoiceConnectorId": CONNECTOR}
TERMINATION = {"Termination": {"CallingRegions": ["US", "CA"]}}
DECLARED = {"VoiceConnectorId": CONNECTOR, "CallingRegions": ["US", "CA"]}

CarryOut = Callable[..., Outcome]


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _block(language: str) -> str:
    _, _, section = PAGE.partition("### A third type")
    match = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert match
    return match[1]


@pytest.fixture
def api() -> Any:
    """An API that must be called exactly as told."""
    stubber = Stubber(boto3.client("chime-sdk-voice"))
    with stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def carry_out(api: Any, tmp_path: Path) -> CarryOut:
    """The lifecycle of the type that the page adds."""
    (tmp_path / "voice_connector_termination.json").write_text(_block("json"))
    (tmp_path / "termination.py").write_text(_block("python"))
    attempts = Retry(Deadline(60, lambda: 0), lambda _: None)
    references = NumberReferences(pytest.fail, pytest.fail, attempts)
    kind = _module(tmp_path / "termination.py").TerminationType(
        Dependencies(lambda: api.client, attempts, references, lambda: NOW)
    )
    lifecycle = Lifecycle(kind, Deletion(kind, RefusedDeletion.FAIL, lambda _: None), lambda: NOW)

    def run(request_type: str, **fields: Any) -> Outcome:
        event = {
            "RequestType": request_type,
            "ResourceType": "Custom::ChimeVoiceConnectorTermination",
            "RequestId": REQUEST,
            "ResponseURL": response_url(),
            "StackId": "stack",
            "LogicalResourceId": "Termination",
            "ResourceProperties": DECLARED,
            **fields,
        }
        return lifecycle.carry_out(read_request(event, read_address(event)))

    return run


def test_pictures_are_of_the_imports() -> None:
    """The pictures of the modules are of the imports as they are: tools/module_graph.py draws them."""
    assert _module(DOCS.parent / "tools" / "module_graph.py").drawn(PAGE) == PAGE


def test_third_type_is_created(api: Any, carry_out: CarryOut) -> None:
    """A third type is created, its attributes flat and its id made from its key."""
    call = {**KEY, "Termination": {"CallingRegions": ["CA", "US"]}}
    api.add_response("put_voice_connector_termination", TERMINATION, call)

    outcome = carry_out("Create")

    assert outcome.physical_id == CONNECTOR
    assert outcome.attributes == {"VoiceConnectorId": CONNECTOR, "CallingRegions": "CA,US"}


def test_third_type_is_replaced(api: Any, carry_out: CarryOut) -> None:
    """A third type is replaced where its schema says so."""
    call = {"VoiceConnectorId": OTHER, "Termination": {"CallingRegions": ["US"]}}
    api.add_response("put_voice_connector_termination", TERMINATION, call)
    new = {"VoiceConnectorId": OTHER, "CallingRegions": ["US"]}

    outcome = carry_out(
        "Update",
        PhysicalResourceId=CONNECTOR,
        ResourceProperties=new,
        OldResourceProperties=DECLARED,
    )

    assert outcome.physical_id == OTHER


def test_third_type_is_refreshed_and_deleted(api: Any, carry_out: CarryOut) -> None:
    """A third type is refreshed and deleted by one call each, and what is gone is deleted."""
    api.add_response("get_voice_connector_termination", TERMINATION, KEY)
    api.add_client_error("delete_voice_connector_termination", "NotFoundException", "", 404)
    own = {"PhysicalResourceId": CONNECTOR}
    reordered = {**DECLARED, "CallingRegions": ["CA", "US"]}

    outcome = carry_out("Update", **own, OldResourceProperties=reordered)

    assert outcome.attributes["CallingRegions"] == "CA,US"
    assert carry_out("Delete", **own).physical_id == CONNECTOR
