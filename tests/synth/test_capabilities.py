"""Sessions that ask for calls or texts which no adapter of their service carries."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager
from aws_cdk.assertions import Annotations, Match
from constructs import Construct

from chime_proxy import (
    Capability,
    ProxySession,
    ProxySessionService,
    TwimlWebhook,
    VoiceConnectorProxy,
)

VOICE, SMS = Capability
WARNING = "cdk-chime-proxy:notCarried"


@pytest.fixture
def service(stack: cdk.Stack) -> ProxySessionService:
    """A service."""
    return ProxySessionService(stack, "Service", phone_numbers=["+12065550101"])


def ride(stack: cdk.Stack, service: Any, *capabilities: str) -> ProxySession:
    """Declare a session on a service."""
    calls = VoiceConnectorProxy(
        stack,
        "Rides",
        service=service,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )
    return ProxySession(
        stack,
        "Ride",
        voice_connector=calls,
        participants=["+14015550101", "+12065550100"],
        capabilities=capabilities,
    )


def adapter(service: ProxySessionService, *capabilities: Capability) -> Construct:
    """Declare an adapter that carries something."""
    made = Construct(service, f"{'And'.join(capabilities)}Adapter")
    service.capability_check.note_adapter(made, capabilities)
    return made


def warnings(stack: cdk.Stack) -> list[tuple[str, Any]]:
    """The paths that are warned about, and the warnings."""
    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    return [(one.id, one.entry.data) for one in found]


def test_session_that_asks_for_more_than_is_carried_is_warned_of(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """Texts without an adapter of texts reach nobody; the order of declarations does not count."""
    ride(stack, service, VOICE, SMS)
    adapter(service, VOICE)

    ((path, message),) = warnings(stack)
    assert path == f"/{stack.stack_name}/Ride"
    assert "none carries SMS" in message
    assert f"[ack: {WARNING}]" in message


def test_session_after_its_adapter_is_warned_of(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """The same of a session that is declared last."""
    adapter(service, SMS)
    ride(stack, service, VOICE, SMS)

    assert "carries Voice" in warnings(stack)[0][1]


def test_adapters_may_share_the_capabilities(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """Calls by one adapter and texts by another are enough."""
    ride(stack, service, VOICE, SMS)
    adapter(service, VOICE)
    adapter(service, SMS)

    assert warnings(stack) == []


def test_app_without_an_adapter_is_not_warned_of(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """The adapters may be elsewhere: in another app, or on a host."""
    ride(stack, service, VOICE, SMS)

    assert warnings(stack) == []


def test_adapter_of_another_service_does_not_count(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """A session is compared with the adapters of its own service."""
    other = ProxySessionService(stack, "Other", phone_numbers=["+12065550102"])
    adapter(other, VOICE)
    ride(stack, service, VOICE, SMS)

    assert warnings(stack) == []


def test_session_on_a_service_of_elsewhere_is_not_warned_of(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """The adapters of a service that another app declares are not known."""
    adapter(service, VOICE)
    ride(stack, ProxySessionService.from_published(stack, "Elsewhere"), VOICE, SMS)

    assert warnings(stack) == []


def test_warning_of_an_adapter_elsewhere_can_be_acknowledged(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """Whoever carries texts from another app says so once."""
    adapter(service, VOICE)
    cdk.Annotations.of(ride(stack, service, VOICE, SMS)).acknowledge_warning(WARNING)

    assert warnings(stack) == []


def test_capability_that_is_a_token_is_not_compared(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """A value that is known only at deployment may be one that is carried."""
    adapter(service, VOICE)
    parameter = cdk.CfnParameter(stack, "Capability", allowed_values=["Voice", "SMS"])
    ride(stack, service, parameter.value_as_string)

    assert warnings(stack) == []


def test_webhook_carries_calls_and_texts(stack: cdk.Stack, service: ProxySessionService) -> None:
    """A webhook for TwiML is enough for every session."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:carrier-AbCdEf"
    secret = aws_secretsmanager.Secret.from_secret_complete_arn(stack, "Secret", arn)
    webhook = TwimlWebhook(stack, "Webhook", service=service, secret=secret)
    ride(stack, service, VOICE, SMS)

    assert set(webhook.capabilities) == {VOICE, SMS}
    assert warnings(stack) == []
