import logging
import sys
import time
from contextlib import suppress
from typing import Any

import pytest
from tests.doubles import PHYSICAL_ID, REQUEST, Answers, Context, event

from chime_proxy_provider import handler as provider
from chime_proxy_provider import report
from chime_proxy_provider.cloudformation.response import Undelivered


@pytest.mark.parametrize(
    "malformed",
    [
        event("Create", ResponseURL=None),
        event("Create", ResponseURL="ftp://answers.invalid/"),
        event("Create", ResponseURL=7),
        event("Delete", StackId=""),
        event("Delete", RequestId=None),
        event("Update", LogicalResourceId=["Ride"]),
        event("Create", StackId="x" * 513),
        event("Delete", RequestId="\n" * 300),
        {},
        [],
        None,
        "Create",
    ],
)
def test_event_without_an_address_is_counted_and_not_answered(
    handler: provider.Handler,
    answers: Answers,
    capsys: pytest.CaptureFixture[str],
    malformed: Any,
) -> None:
    """Where nobody can be answered nobody is, and the metric says so."""
    handler(malformed, Context())

    assert answers.bodies == []
    assert '"Unanswerable":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize(
    "malformed",
    [
        event("Purge"),
        event("Create", RequestType=None),
        event("Create", RequestType={"Create": 1}),
        event("Create", ResourceProperties="none"),
        event("Create", ResourceProperties=None),
        event("Delete", PhysicalResourceId="x" * 1025),
        event("Update", PhysicalResourceId='"' * 600),
    ],
)
def test_malformed_event_gets_a_failure_with_a_valid_id(
    handler: provider.Handler, answers: Answers, malformed: Any
) -> None:
    """A malformed event that says where to answer gets a failure with a valid id."""
    handler({**malformed}, Context())

    assert answers.only["Status"] == "FAILED"
    assert answers.only["PhysicalResourceId"] in (PHYSICAL_ID, f"create-failed/{REQUEST}")
    assert answers.only["Reason"].startswith("InvalidRequest: ")


def test_no_answer_to_an_earlier_event(handler: provider.Handler, answers: Answers) -> None:
    """In a warm container a malformed event does not answer to the address of the one before."""
    handler(event("Delete", PhysicalResourceId="create-failed/1"), Context())

    handler({"RequestType": "Delete"}, Context())

    assert len(answers.bodies) == 1


def test_injected_fields(handler: provider.Handler, answers: Answers) -> None:
    """Fields that crhelper would obey in an event are not given to it."""
    injected = {"CrHelperData": {"Status": "forged"}, "CrHelperPoll": True}

    handler(event("Delete", PhysicalResourceId="create-failed/1", **injected), Context())

    assert answers.only["Data"] == {}
    assert answers.only["Status"] == "SUCCESS"


def test_undelivered_answer_fails_the_invocation(
    handler: provider.Handler, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that does not arrive fails the invocation, so that Lambda delivers again."""
    answers.status = 403

    with pytest.raises(Undelivered):
        handler(event("Delete", PhysicalResourceId="create-failed/1"), Context())

    assert '"Undelivered":[1.0]' in capsys.readouterr().out


def test_event_leaves_one_log_line_and_one_metric_line(
    handler: provider.Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each event leaves one log line and one metric line, with neither numbers nor secrets."""
    written = report.logger.registered_handler
    assert isinstance(written, logging.StreamHandler)
    before = written.setStream(sys.stdout)

    handler(event("Delete", PhysicalResourceId="create-failed/+14015550101"), Context())

    written.setStream(before)
    log, metrics = capsys.readouterr().out.strip().splitlines()
    assert '"level": "INFO"' in log
    assert '"status": "SUCCESS"' in log
    assert '"physical_resource_id": "create-failed/[phone number]"' in log
    assert '"Succeeded":[1.0]' in metrics
    assert '"Failed":[0.0]' in metrics
    assert '"Duration":[0.0]' in metrics
    assert '"Operation":"Delete"' in metrics
    for secret in ("5ec2e7", "4015550101"):
        assert secret not in log + metrics


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (event("Delete", PhysicalResourceId="create-failed/1"), 403),
        (event("Create", ResourceProperties={}), 200),
    ],
)
def test_failed_and_undelivered_requests_are_logged_as_errors(
    handler: provider.Handler,
    answers: Answers,
    caplog: pytest.LogCaptureFixture,
    sent: dict[str, Any],
    status: int,
) -> None:
    """A filter for the level ERROR finds failed requests and undelivered answers."""
    answers.status = status
    with suppress(Undelivered), caplog.at_level("DEBUG"):
        handler(sent, Context())

    assert [one.levelname for one in caplog.records] == ["ERROR"]


def test_delete_never_sleeps(handler: provider.Handler, answers: Answers) -> None:
    """Crhelper's pause of two minutes after a Delete, for logs that nobody loses, is not made."""
    start = time.monotonic()

    handler(event("Delete", PhysicalResourceId="create-failed/1"), Context(milliseconds=600_000))

    assert answers.only["Status"] == "SUCCESS"
    assert time.monotonic() - start < 60


def test_client_repeats_nothing() -> None:
    """Botocore makes each call once: it would create a second session after a failure."""
    config: Any = provider.handler.client().meta.config

    assert config.retries["total_max_attempts"] == 1
    assert config.read_timeout < 60


def test_no_time_at_all(handler: provider.Handler, answers: Answers) -> None:
    """Even with no time left the answer has a valid id."""
    handler(event("Create", ResourceProperties={}), Context(milliseconds=0))

    assert answers.only["PhysicalResourceId"].startswith("create-")
