"""troubleshooting.md is complete: it explains all that the code reports."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager
from aws_cdk.assertions import Template
from tests.docs.messages import lasting_parts, messages, subclass_names
from tests.docs.page import Page
from tests.folders import ROOT

import chime_proxy
from chime_proxy import AmazonConnectCalls, ProxySessionProvider, ProxySessionService, TwimlWebhook
from chime_proxy_provider.cloudformation.event import ReturnAddress
from chime_proxy_provider.cloudformation.response import Delivery
from chime_proxy_provider.errors import ProviderError
from chime_proxy_provider.report import Reporter, logger
from chime_proxy_service.contact import Refusal
from chime_proxy_service.errors import ServiceError
from chime_proxy_service.handlers.failure import log_failure
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.records import ContactRecord, Stage
from chime_proxy_service.session import Capability, Connector, SessionKey

PAGE = Page(ROOT / "docs" / "troubleshooting.md")
TEXT = PAGE.path.read_text(encoding="utf-8")
LINES = [line.replace("`", "").replace("\\|", "|") for line in TEXT.splitlines()]
CONSTRUCTS = ROOT / "constructs" / "chime_proxy"
# The command has a page of its own.
OF_THE_COMMAND = re.compile(r"__main__|__init__|_deployed|_drift|_sessions/|_command")
SOURCES = {
    "provider": [*(ROOT / "lambda" / "chime_proxy_provider").rglob("*.py")],
    "service": [*(ROOT / "lambda" / "chime_proxy_service").rglob("*.py")],
    "constructs": [
        path
        for path in CONSTRUCTS.rglob("*.py")
        if not OF_THE_COMMAND.search(str(path.relative_to(CONSTRUCTS)))
    ],
}


def section(heading: str) -> str:
    """The text below a heading, up to the next one."""
    (found,) = re.findall(
        rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", TEXT, re.DOTALL | re.MULTILINE
    )
    return str(found)


def first_cells(text: str) -> list[str]:
    """The code words in the first column of a table."""
    return re.findall(r"^\| `([\w:-]+)` \|", text, re.MULTILINE)


def explained(message: str, lines: Iterable[str]) -> bool:
    """True if one line has every lasting part of a message."""
    parts = lasting_parts(message)
    return any(all(part in line for part in parts) for line in lines)


@pytest.mark.parametrize("source", SOURCES)
def test_every_message_is_explained(source: str) -> None:
    """Each message of the code is on the page, with a stand-in for what varies in it."""
    assert [one for one in sorted(messages(SOURCES[source])) if not explained(one, LINES)] == []


def test_new_message_would_be_missed(tmp_path: Path) -> None:
    """A message that is raised, yielded or kept for raising is found, whatever varies in it."""
    module = tmp_path / "module.py"
    module.write_text(
        'def check(x):\n    msg = f"{x} is not blue enough"\n    raise ValueError(msg)\n'
        'def faults(x):\n    yield f"{x} has no wheels"\n'
        'def busy():\n    return SomeError("the line is busy")\n'
    )

    found = messages([module])

    assert found == {"… is not blue enough", "… has no wheels", "the line is busy"}
    assert not any(explained(one, LINES) for one in found)


def test_every_error_code_of_the_provider_is_explained() -> None:
    """Each code with which a Reason can begin has a row, and no other code has one."""
    codes = first_cells(section("Error codes of the provider"))

    assert sorted(codes) == sorted(subclass_names(ProviderError))


def test_every_error_of_the_service_is_explained() -> None:
    """Each error type that the service answers with has a row."""
    written = "".join(path.read_text(encoding="utf-8") for path in SOURCES["service"])
    types = set(re.findall(r'"x-amzn-ErrorType": "(\w+)"', written))
    types |= set(re.findall(r'_error\(\d+, "(\w+)"', written))
    types |= {f"{error.code}Exception" for error in all_subclasses(ServiceError)}

    assert types <= set(first_cells(section("Errors of the service")))
    assert {"ServiceFailureException", "UnknownOperationException"} <= types


def all_subclasses(error: type[ServiceError]) -> set[type[ServiceError]]:
    """The classes derived from an error."""
    direct = set(error.__subclasses__())
    return direct.union(*map(all_subclasses, direct))


def test_every_warning_is_explained() -> None:
    """Each id of a warning at synthesis has a row, and no other id has one."""
    written = "".join(path.read_text(encoding="utf-8") for path in SOURCES["constructs"])
    ids = re.findall(r"cdk-chime-proxy:\w+", written)

    assert sorted(first_cells(section("Messages at synthesis"))) == sorted(set(ids))


def a_service(stack: cdk.Stack) -> ProxySessionService:
    """A service."""
    return ProxySessionService(stack, "Service", phone_numbers=["+12065550101"])


def a_webhook(stack: cdk.Stack) -> TwimlWebhook:
    """A webhook of a service."""
    token = aws_secretsmanager.Secret.from_secret_name_v2(stack, "Token", "token")
    return TwimlWebhook(stack, "Webhook", service=a_service(stack), secret=token)


def connect_calls(stack: cdk.Stack) -> AmazonConnectCalls:
    """The calls of a service by Amazon Connect."""
    instance = (
        "arn:aws:connect:us-east-1:123456789012:instance/1b2c3d4e-0000-4000-8000-123456789012"
    )
    return AmazonConnectCalls(stack, "Calls", service=a_service(stack), instance=instance)


WATCHED: Mapping[str, Callable[[cdk.Stack], Any]] = MappingProxyType(
    {
        "AmazonConnectCalls": connect_calls,
        "ProxySessionProvider": lambda stack: ProxySessionProvider(
            stack, "Provider", endpoint_url="https://calls.example.com"
        ),
        "ProxySessionService": a_service,
        "TwimlWebhook": a_webhook,
    }
)


def test_every_construct_with_alarms_is_known() -> None:
    """The constructs below are all that can make alarms."""
    named = {
        name for name in chime_proxy.__all__ if hasattr(getattr(chime_proxy, name), "add_alarms")
    }

    assert named == WATCHED.keys()


@pytest.mark.parametrize("name", WATCHED)
def test_every_alarm_has_a_remedy(name: str) -> None:
    """Each alarm of a construct has a row of its own, and no other alarm has one."""
    stack = cdk.Stack(cdk.App(context={"aws:cdk:bundling-stacks": []}), "Watched")
    construct = WATCHED[name](stack)
    alarms = construct.add_alarms()

    made = [alarm.node.id for alarm in alarms]
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::CloudWatch::Alarm", len(made))
    assert sorted(first_cells(section(f"Alarms of `{name}`"))) == sorted(made)


def provider_line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The log line of a failed answer."""
    address = ReturnAddress(
        response_url="https://answers.example.com/",
        stack_id="arn:aws:cloudformation:us-east-1:111111111111:stack/Rides/5b2c1d00",
        request_id="35e6acd6-15c2-4b03-8207-62e622e42a99",
        logical_resource_id="RideBB6B5789",
    )
    delivery = Delivery(None, "")  # type: ignore[arg-type]  # nothing is sent
    delivery.answer = {
        "Status": "FAILED",
        "Reason": "InvalidRequest: ExpiryMinutes must be a whole number from 1 to 720",
        "PhysicalResourceId": "create-failed/35e6acd6-15c2-4b03-8207-62e622e42a99",
    }
    Reporter("function").answer("Create", address, delivery, 0.1)
    (record,) = caplog.records
    return dict(json.loads(logger.registered_formatter.format(record)))


def test_log_line_is_the_providers(caplog: pytest.LogCaptureFixture) -> None:
    """The log line on the page is what the provider writes, but for its place and its time."""
    (shown,) = [json.loads(block.code) for block in PAGE.blocks() if block.language == "json"]
    written = provider_line(caplog)

    assert list(shown) == list(written)
    varying = {"location": "", "timestamp": ""}
    assert {**shown, **varying} == {**written, **varying}


def adapter_lines() -> list[str]:
    """The log lines of an adapter: of a refused call, and of an event that was lost."""
    lines: list[str] = []
    metrics = Metrics("function", lines.append)
    metrics.record(
        ContactRecord(
            stage=Stage.REFUSED,
            capability=Capability.VOICE,
            region="us-east-1",
            reference="1",
            session=SessionKey(Connector("us-east-1", "abcdef1ghij2klmno3pqr4"), "123a4bc5"),
            reason=Refusal.BUSY,
        )
    )
    metrics.count_lost_event("AccessDeniedException")
    return lines


def test_filters_look_for_what_is_written(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each field and message in a filter pattern of the page is in a line of the code's own."""
    lines = [provider_line(caplog)]
    capsys.readouterr()
    try:
        json.loads("")
    except ValueError as error:
        log_failure(error, "1")
    lines += map(json.loads, [capsys.readouterr().out, *adapter_lines()])
    written = "".join(path.read_text("utf-8") for one in SOURCES.values() for path in one)
    filters = section("Find a request in the logs")

    fields, texts = re.findall(r"\$\.(\w+)", filters), re.findall(r'\$\.message = "(.*?)"', filters)
    assert set(fields) <= set().union(*lines)
    assert len(set(texts)) == 4
    assert [text for text in texts if f'"{text}"' not in written] == []
