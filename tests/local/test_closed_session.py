"""The event of a session that closes by its expiry, on the local cloud with permissions on."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events, aws_events_targets, aws_sqs
from tests.local.assets import publish_assets
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack

from chime_proxy import Capability, ProxySession, ProxySessionService, VoiceConnectorProxy
from chime_proxy.sdk import client

ALICE, BOB = "+14015550101", "+12065550100"
PROXY = "+12065550101"
# A minute to the expiry, eleven seconds to the check, and ten at most until the cloud looks.
PATIENCE = 120


def synthesize(assembly: Path) -> str:
    """Synthesize a stack with a session of a minute, whose service's events come to a queue."""
    app = cdk.App(outdir=str(assembly))
    synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    stack = cdk.Stack(app, "closed", synthesizer=synthesizer)
    bus = aws_events.EventBus(stack, "Bus")
    queue = aws_sqs.Queue(stack, "Events")
    aws_events.Rule(
        stack,
        "Rule",
        event_bus=bus,
        event_pattern=aws_events.EventPattern(source=["chime-proxy"]),
        targets=[aws_events_targets.SqsQueue(queue)],
    )
    service = ProxySessionService(
        stack,
        "Service",
        phone_numbers=[PROXY],
        removal_policy=cdk.RemovalPolicy.DESTROY,
        event_bus=bus,
    )
    calls = VoiceConnectorProxy(
        stack,
        "Rides",
        service=service,
        pool_countries=["US"],
        default_expiry=cdk.Duration.minutes(1),
    )
    session = ProxySession(
        stack,
        "Ride",
        voice_connector=calls,
        participants=[ALICE, BOB],
        capabilities=[Capability.VOICE],
    )
    for name, value in {
        "Url": service.endpoint_url,
        "Connector": calls.voice_connector_id,
        "Session": session.proxy_session_id,
        "Queue": queue.queue_url,
    }.items():
        cdk.CfnOutput(stack, name, value=value)
    app.synth()
    return (assembly / "closed.template.json").read_text()


@pytest.fixture
def outputs(cloud: RunningCloud, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Deploy the stack; its outputs."""
    template = synthesize(tmp_path)
    publish_assets(tmp_path, cloud.client("s3"))
    stack = SessionStack(cloud.client("cloudformation"), None, {"closed": template}, "Closed")
    assert stack.create("closed") == "CREATE_COMPLETE", stack.failures()
    yield stack.outputs()
    stack.delete()


def events(cloud: RunningCloud, queue: str, until: str) -> dict[str, dict[str, Any]]:
    """The details of the events up to the one of a type, by type."""
    sqs, found = cloud.client("sqs"), dict[str, dict[str, Any]]()
    end = time.monotonic() + PATIENCE
    while until not in found and time.monotonic() < end:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        for message in answer.get("Messages", ()):
            event = json.loads(message["Body"])
            found[event["detail-type"]] = event["detail"]
    return found


def logged(cloud: RunningCloud) -> list[str]:
    """The lines of the functions' logs about something that was lost or failed."""
    logs = cloud.client("logs")
    groups = [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]
    lines = [
        event["message"]
        for group in groups
        for event in logs.filter_log_events(logGroupName=group)["events"]
    ]
    return [line for line in lines if "EventLost" in line or "ERROR" in line]


def test_closing_of_an_unused_session_is_an_event(
    cloud: RunningCloud, outputs: dict[str, str]
) -> None:
    """The schedule that the API made invokes the function, which finds the session closed."""
    found = events(cloud, outputs["Queue"], "Proxy Session Closed")

    assert list(found) == ["Proxy Session Opened", "Proxy Session Closed"], logged(cloud)
    session = client(outputs["Url"]).get_proxy_session(
        VoiceConnectorId=outputs["Connector"], ProxySessionId=outputs["Session"]
    )["ProxySession"]
    assert session["Status"] == "Closed"
    closed = found["Proxy Session Closed"]
    assert closed == found["Proxy Session Opened"]
    assert closed["proxy_session_id"] == outputs["Session"]
    assert cloud.client("scheduler").list_schedules()["Schedules"] == []
