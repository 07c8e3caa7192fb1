"""The calls from Python to Node, by which the time of a synthesis grows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager
from aws_cdk.aws_chime import CfnVoiceConnector
from benchmarks.measures.node_calls import calls_per_item

from chime_proxy import (
    PhoneNumber,
    ProxySession,
    ProxySessionProvider,
    ProxySessionService,
    SessionsFile,
    VoiceConnectorProxy,
)

CONNECTOR = "abcdef1ghij2klmno3pqr4"
NUMBER = "+12065550100"


def session(scope: cdk.Stack, place: int, **more: Any) -> ProxySession:
    """A session like those of the documentation."""
    needed: dict[str, Any] = {
        "voice_connector": CONNECTOR,
        "participants": [f"+1401555{place:04}", NUMBER],
        "capabilities": ["Voice"],
        "expiry": cdk.Duration.hours(1),
    }
    return ProxySession(scope, f"Ride{place}", **{**needed, **more})


def literal(stack: cdk.Stack, _folder: Path, sessions: int) -> None:
    """Sessions on a connector's id."""
    for place in range(sessions):
        session(stack, place)


def cross_stack(stack: cdk.Stack, _folder: Path, sessions: int) -> None:
    """Sessions of another stack than their provider's."""
    shared = cdk.Stack(cdk.Stage.of(stack), "Shared")
    provider = ProxySessionProvider(shared, "Provider", endpoint_url="https://calls.example.com")
    for place in range(sessions):
        session(stack, place, provider=provider)


def of_service(stack: cdk.Stack, _folder: Path, sessions: int) -> None:
    """Sessions on the configuration of a service."""
    calls = VoiceConnectorProxy(
        stack,
        "Calls",
        service=ProxySessionService(stack, "Service", phone_numbers=[NUMBER]),
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )
    for place in range(sessions):
        session(stack, place, voice_connector=calls)


def declared(stack: cdk.Stack, _folder: Path, sessions: int) -> None:
    """Sessions on a connector that the app declares and configures."""
    connector = CfnVoiceConnector(stack, "Connector", name="Calls", require_encryption=True)
    VoiceConnectorProxy(
        stack,
        "Calls",
        voice_connector=connector,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )
    for place in range(sessions):
        session(stack, place, voice_connector=connector)


def without_configuration(stack: cdk.Stack, _folder: Path, sessions: int) -> None:
    """Sessions on a connector that lacks its configuration: a warning for each."""
    connector = CfnVoiceConnector(stack, "Connector", name="Calls", require_encryption=True)
    for place in range(sessions):
        session(stack, place, voice_connector=connector)


def reference(stack: cdk.Stack, _folder: Path, sessions: int) -> None:
    """Sessions on a parameter of the template."""
    connector = cdk.CfnParameter(stack, "Connector").value_as_string
    for place in range(sessions):
        session(stack, place, voice_connector=connector)


def shared_number(stack: cdk.Stack, _folder: Path, sessions: int) -> None:
    """Sessions of a participant whose number is in a secret."""
    secret = aws_secretsmanager.Secret.from_secret_name_v2(stack, "Driver", "driver")
    driver = PhoneNumber.from_secret(secret)
    for place in range(sessions):
        session(stack, place, participants=[driver, NUMBER])


def own_number(stack: cdk.Stack, _folder: Path, sessions: int) -> None:
    """Sessions of participants with a secret each."""
    for place in range(sessions):
        secret = aws_secretsmanager.Secret.from_secret_name_v2(stack, f"Rider{place}", f"r{place}")
        session(stack, place, participants=[PhoneNumber.from_secret(secret), NUMBER])


def in_file(stack: cdk.Stack, folder: Path, sessions: int) -> None:
    """Sessions of a file."""
    lines = ["Defaults: {Capabilities: [Voice], ExpiryMinutes: 60}", "Sessions:"]
    for place in range(sessions):
        numbers = f'["+1401555{place:04}", "{NUMBER}"]'
        lines.append(
            f"  r{place}: {{VoiceConnectorId: {CONNECTOR}, ParticipantPhoneNumbers: {numbers}}}"
        )
    file = folder / f"{sessions}.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    SessionsFile(stack, "Rides", path=file)


@pytest.mark.parametrize(
    ("declare", "most"),
    [
        (literal, 5),
        (cross_stack, 5),
        (of_service, 5),
        (declared, 5),
        (without_configuration, 7),
        (reference, 5),
        (shared_number, 5),
        (own_number, 57),
        (in_file, 3),
    ],
)
def test_session_costs_few_calls_to_node(
    tmp_path: Path, declare: Callable[[cdk.Stack, Path, int], None], most: int
) -> None:
    """A session calls Node to make its two constructs, for its expiry, and for its dependencies."""

    def synthesize(sessions: int) -> None:
        app = cdk.App(context={"aws:cdk:bundling-stacks": []})
        declare(cdk.Stack(app, "Calls"), tmp_path, sessions)
        app.synth()

    calls = calls_per_item(synthesize, few=5)

    assert calls.total() <= most, dict(calls)
