import json
import socket
import time
from collections.abc import Iterator
from functools import partial
from threading import Thread
from typing import Any

import pytest
import urllib3
from tests.http_bucket import HttpBucket

from chime_proxy_provider.cloudformation.response import (
    LIMIT_BYTES,
    AnswerSender,
    Delivery,
    Undelivered,
    encode,
    fitted,
)
from chime_proxy_provider.cloudformation.routes import routes
from chime_proxy_provider.deadline import Deadline

ANSWER = {
    "Status": "SUCCESS",
    "PhysicalResourceId": "connector/session",
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "Ride",
    "Reason": "",
    "Data": {"Status": "Open"},
    "NoEcho": True,
}


def _in_half_a_minute() -> Deadline:
    return Deadline(time.monotonic() + 30, time.monotonic)


@pytest.fixture
def sender() -> Iterator[AnswerSender]:
    """A sender with half a minute to go."""
    with urllib3.PoolManager() as pool:
        yield AnswerSender(lambda _: [pool], _in_half_a_minute())


def test_answer_is_one_put_without_a_content_type(sender: AnswerSender) -> None:
    """An answer is one PUT of its JSON to the whole address, without a content type."""
    bucket = HttpBucket(200)

    with bucket.served() as url:
        sender.send(url, ANSWER)

    ((path, content_type, body),) = bucket.puts
    assert path == "/answer?X-Amz-Signature=5ec2e7"
    assert not content_type
    assert json.loads(body) == ANSWER


def test_busy_bucket(sender: AnswerSender) -> None:
    """An answer that S3 turns away for the moment is sent again."""
    bucket = HttpBucket(503, 500, 200)

    with bucket.served() as url:
        sender.send(url, ANSWER)

    assert len(bucket.puts) == 3


def test_refused_answer_is_not_delivered_and_not_repeated(sender: AnswerSender) -> None:
    """A refusal is not taken for delivery, and not tried again."""
    bucket = HttpBucket(403)

    with bucket.served() as url, pytest.raises(Undelivered, match="403"):
        sender.send(url, ANSWER)

    assert len(bucket.puts) == 1


def test_attempts_to_deliver_end(sender: AnswerSender) -> None:
    """The attempts come to an end."""
    bucket = HttpBucket(503)

    with bucket.served() as url, pytest.raises(Undelivered):
        sender.send(url, ANSWER)

    assert len(bucket.puts) == 5


def test_nobody_there(sender: AnswerSender) -> None:
    """An address that nobody listens at is told without the address's secret."""
    with HttpBucket(200).served() as url:
        pass

    with pytest.raises(Undelivered) as raised:
        sender.send(url, ANSWER)

    assert "5ec2e7" not in str(raised.value)


def test_first_answer_counts(sender: AnswerSender) -> None:
    """The second answer to one event is dropped, whatever it says."""
    bucket = HttpBucket(200)
    delivery = Delivery(sender, "standing")

    with bucket.served() as url:
        delivery(url, {**ANSWER, "Status": "FAILED", "Reason": "timed out"})
        delivery(url, ANSWER)

    assert len(bucket.puts) == 1
    assert delivery.answer["Status"] == "FAILED"


def test_function_does_not_end_before_its_answer(sender: AnswerSender) -> None:
    """Whoever comes second waits until the first answer has arrived."""
    bucket = HttpBucket(503, 200)
    delivery = Delivery(sender, "standing")

    with bucket.served() as url:
        first = Thread(target=delivery, args=(url, ANSWER))
        first.start()
        while not bucket.puts:
            time.sleep(0.01)
        delivery(url, ANSWER)
        arrived = len(bucket.puts)
        first.join()

    assert arrived == 2


def test_answer_without_an_id(sender: AnswerSender) -> None:
    """An answer that crhelper gives no id to gets the one that stands for the resource."""
    bucket = HttpBucket(200)

    with bucket.served() as url:
        Delivery(sender, "standing")(url, {**ANSWER, "PhysicalResourceId": ""})

    assert json.loads(bucket.puts[0][2])["PhysicalResourceId"] == "standing"


def test_little_time() -> None:
    """With little time left there is one attempt, and it ends in time."""
    with socket.create_server(("127.0.0.1", 0)) as silent, urllib3.PoolManager() as pool:
        sender = AnswerSender(lambda _: [pool], Deadline(time.monotonic() + 0.5, time.monotonic))
        start = time.monotonic()
        with pytest.raises(Undelivered):
            sender.send(f"http://127.0.0.1:{silent.getsockname()[1]}/", ANSWER)

    assert time.monotonic() - start < 4


def test_long_reason() -> None:
    """A long reason is cut from its end; what matters stands first."""
    answer = json.loads(encode(fitted({**ANSWER, "Reason": "InvalidRequest: " + "x" * 9000})))

    assert answer["Reason"].startswith("InvalidRequest: ")
    assert len(answer["Reason"]) == 500


def test_largest_answer() -> None:
    """The largest session there can be, with the longest ids, stays under the limit."""
    data: dict[str, Any] = dict.fromkeys(
        (f"Participants.{i}.{n}PhoneNumber" for i in (0, 1) for n in ("", "Proxy")), "+" + "9" * 15
    )
    data |= {"Name": "x" * 128, "ProxySessionId": "x" * 128, "VoiceConnectorId": "x" * 36}
    data |= {f"{t}Timestamp": "2026-11-21T12:00:00.288Z" for t in ("Created", "Updated", "Ended")}
    largest = {
        **ANSWER,
        "Data": data,
        "StackId": "x" * 300,
        "LogicalResourceId": "x" * 255,
        "PhysicalResourceId": "x" * 1024,
        "Reason": "é" * 600,
    }

    encoded = encode(fitted(largest))

    assert len(encoded) <= LIMIT_BYTES
    assert json.loads(encoded)["Data"] == data


def test_too_long() -> None:
    """An answer over the limit fails with its physical id, so that the Delete finds the session."""
    answer = json.loads(encode(fitted({**ANSWER, "Data": {"Name": "x" * LIMIT_BYTES}})))

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"] == ANSWER["PhysicalResourceId"]
    assert "4096" in answer["Reason"]


def test_half_a_character() -> None:
    """Half of a surrogate pair, which JSON can name and UTF-8 cannot hold, arrives as it was."""
    encoded = encode({**ANSWER, "LogicalResourceId": "Ride\ud83d", "Data": {"Name": "\udca9"}})

    answer = json.loads(encoded.decode())
    assert answer["LogicalResourceId"] == "Ride\ud83d"
    assert answer["Data"] == {"Name": "\udca9"}


def test_answer_goes_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a network with a proxy there may be no other way to CloudFormation."""
    proxy = HttpBucket(200)
    with proxy.served() as url:
        monkeypatch.setenv("HTTP_PROXY", url.partition("/answer")[0].replace("//", "//user:word@"))
        monkeypatch.setenv("NO_PROXY", "")
        sender = AnswerSender(partial(routes, environment={}), _in_half_a_minute())

        sender.send("http://answers.invalid/answer", ANSWER)

    ((path, _, _),) = proxy.puts
    assert path == "http://answers.invalid/answer"


@pytest.mark.parametrize(
    "environment",
    [
        {"HTTP_PROXY": "http://127.0.0.1:1"},
        {"HTTP_PROXY": "no proxy"},
        {"AWS_CA_BUNDLE": "/nowhere.pem"},
        {"REQUESTS_CA_BUNDLE": "/nowhere.pem"},
    ],
)
def test_answer_goes_directly_if_the_proxy_or_the_certificates_fail(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    """A wrong setting is a failure that CloudFormation has to hear of."""
    bucket = HttpBucket(200)
    for name, value in {"NO_PROXY": "", "no_proxy": "", **environment}.items():
        monkeypatch.setenv(name, value)
    with bucket.served() as url:
        sender = AnswerSender(partial(routes, environment=environment), _in_half_a_minute())

        sender.send(url, ANSWER)

    assert len(bucket.puts) == 1
