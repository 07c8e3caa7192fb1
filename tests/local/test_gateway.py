import asyncio
import base64
from collections.abc import Iterable
from typing import Any

from chime_proxy_local.gateway import HttpRequest, lambda_event, read_request, send_result


def _read(scope: dict[str, Any], messages: Iterable[dict[str, Any]]) -> HttpRequest:
    waiting = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(waiting)

    return asyncio.run(read_request(scope, receive))


def _scope(**changes: Any) -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/a b",
        "raw_path": b"/a%20b",
        "query_string": b"status=Open&next-token=a%2Bb",
        "headers": [(b"Host", b"127.0.0.1"), (b"X-Tag", b"one"), (b"x-tag", b"two")],
        **changes,
    }


def test_request_is_put_together() -> None:
    """A body that comes in pieces is put together, and a repeated header is joined."""
    pieces = [{"body": b"{", "more_body": True}, {"body": b"}", "more_body": False}]
    request = _read(_scope(), pieces)
    assert request.body == b"{}"
    assert request.headers == {"host": "127.0.0.1", "x-tag": "one,two"}
    assert request.address == "/a%20b?status=Open&next-token=a%2Bb"


def test_event_has_path_query_and_body() -> None:
    """A function gets the path as it was sent, the query decoded, and the body whatever it is."""
    event = lambda_event(_read(_scope(), [{"body": b"\xff"}]))
    assert (event["version"], event["requestContext"]["http"]["method"]) == ("2.0", "POST")
    assert event["rawPath"] == "/a%20b"
    assert event["queryStringParameters"] == {"status": "Open", "next-token": "a+b"}
    assert (event["isBase64Encoded"], base64.b64decode(event["body"])) == (True, b"\xff")


def test_request_without_body_is_event_without_one() -> None:
    """A request without a body is an event without one."""
    assert "body" not in lambda_event(_read(_scope(), [{}]))


def test_result_becomes_the_answer() -> None:
    """What a function returns becomes the answer, with the length that its body has in bytes."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    result = {"statusCode": 201, "headers": {"X-Amzn-RequestId": "1"}, "body": "\u00e9"}
    asyncio.run(send_result(send, result))
    assert (sent[0]["status"], sent[1]["body"]) == (201, "\u00e9".encode())
    assert dict(sent[0]["headers"]) == {b"x-amzn-requestid": b"1", b"content-length": b"2"}
