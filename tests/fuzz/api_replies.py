"""What the API may reply: the shapes of botocore's model, right and wrong, and broken bytes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from botocore.model import ListShape, Shape, StringShape, StructureShape
from hypothesis import strategies as st
from tests.doubles import CONNECTOR, SESSION
from tests.fuzz.json_values import (
    ANYTHING,
    ODD_TEXTS,
    PHONE_NUMBERS,
    SHORT_TEXTS,
    SPOKEN_NUMBERS,
    Json,
    mutated,
)
from tests.fuzz.provider_run import Reply

Replies = dict[str, list[Reply]]

_MODEL = boto3.client("chime-sdk-voice").meta.service_model
_OPERATIONS = [name for name in _MODEL.operation_names if "Proxy" in name]
_MOMENTS = st.datetimes(min_value=datetime(2026, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants it bare
_STRINGS: dict[str, st.SearchStrategy[Json]] = {
    "VoiceConnectorId": st.just(CONNECTOR),
    "ProxySessionId": st.just(SESSION),
    "PhoneNumber": PHONE_NUMBERS,
    "ProxyPhoneNumber": PHONE_NUMBERS,
    "NextToken": st.sampled_from(["", "more"]),
}


def _members(shape: StructureShape) -> st.SearchStrategy[Json]:
    members = {name: _values(member, name) for name, member in shape.members.items()}
    likely = {name: members.pop(name) for name in list(members) if name.startswith("Proxy")}
    return st.fixed_dictionaries(likely, optional=members)


def _values(shape: Shape, name: str = "") -> st.SearchStrategy[Json]:
    """Values of a shape as the wire has them."""
    match shape:
        case StructureShape():
            return _members(shape)
        case ListShape():
            return st.lists(_values(shape.member), max_size=3)
        case StringShape():
            texts = st.sampled_from(shape.enum) if shape.enum else SHORT_TEXTS
            return _STRINGS.get(name, texts)
    if shape.type_name == "timestamp":
        return _MOMENTS.map(datetime.isoformat) | st.integers(-(10**12), 10**12)
    return st.integers(min_value=0, max_value=1000)


def _output(operation: str) -> st.SearchStrategy[Json]:
    shape = _MODEL.operation_model(operation).output_shape
    return _values(shape) if shape else st.just({})


_ERRORS = st.fixed_dictionaries(
    {
        "Code": st.sampled_from(["BadRequest", "Forbidden", "NotFound"]) | SPOKEN_NUMBERS,
        "Message": SPOKEN_NUMBERS | st.sampled_from(["User is not authorized to perform: chime:X"]),
    }
)
_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "x-amzn-ErrorType": st.sampled_from(["NotFoundException", "", ":", "#a:b"])
        | SPOKEN_NUMBERS.map(lambda text: text.encode("ascii", "ignore").decode()),
        "Retry-After": st.sampled_from(["1", "3", "100", "-1", "nan", "inf", "1e5", "soon", ""]),
        "content-type": st.sampled_from(
            ["application/json", "text/html", "application/x-amz-json"]
        ),
        "x-amzn-RequestId": st.just("7"),
    },
)
_REFUSAL_STATUSES = st.sampled_from([301, 400, 401, 403, 404, 410, 429, 500, 503])
_BYTES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([text.encode(errors="surrogatepass") for text in ODD_TEXTS]),
    st.sampled_from([b"[" * 3000, b'{"ProxySession":' * 2000, b"\xef\xbb\xbf{}", b"1" * 5000]),
)
_FAILURES = st.sampled_from(
    [
        partial(ConnectionClosedError, endpoint_url="https://api.invalid"),
        partial(ReadTimeoutError, endpoint_url="https://api.invalid"),
        partial(HTTPClientError, error=OSError(104, "reset")),
    ]
)
_CUTS = st.integers(min_value=0, max_value=300)


def _encoded(value: Json) -> bytes:
    return json.dumps(value).encode()


def _cut(body: bytes, at: int) -> bytes:
    return body[:at]


def _reply(operation: str) -> st.SearchStrategy[Reply]:
    """One reply to a call of an operation: as modelled, bent, refused, broken or none."""
    bodies = mutated(_output(operation)).map(_encoded)
    whole = st.builds(Reply, headers=_HEADERS, body=_output(operation).map(_encoded))
    bent = st.builds(Reply, status=st.sampled_from([200, 201, 204]), headers=_HEADERS, body=bodies)
    refused = st.builds(
        Reply,
        status=_REFUSAL_STATUSES,
        headers=_HEADERS,
        body=(mutated(_ERRORS) | ANYTHING).map(_encoded),
    )
    broken = st.builds(
        Reply,
        status=_REFUSAL_STATUSES | st.just(200),
        headers=_HEADERS,
        body=_BYTES | st.builds(_cut, bodies, _CUTS),
    )
    return st.one_of(whole, bent, bent, refused, broken, st.builds(Reply, failure=_FAILURES))


REPLIES: st.SearchStrategy[Replies] = st.fixed_dictionaries(
    {name: st.lists(_reply(name), min_size=1, max_size=3) for name in _OPERATIONS}
)
"""The replies to all calls of each operation, the last of them repeated for ever."""


def in_turn(replies: Replies) -> Callable[[str], Reply]:
    """Hand out each operation's replies one after the other, and its last one for ever."""
    left: dict[str, list[Any]] = {name: list(listed) for name, listed in replies.items()}
    return lambda name: left[name].pop(0) if len(left[name]) > 1 else left[name][0]
