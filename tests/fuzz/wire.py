"""Requests of the service's wire as a function URL hands them on, and what its answers must be."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st
from tests.doubles import CONNECTOR
from tests.fuzz.json_values import ANYTHING, PHONE_NUMBERS, SHORT_TEXTS, SPOKEN_NUMBERS, mutated

from chime_proxy_local.gateway import http_request, lambda_event

_ERRORS = {400: "BadRequest", 403: "Forbidden", 404: "NotFound"}
_ERROR_TYPES = {f"{code}Exception" for code in _ERRORS.values()} | {"UnknownOperationException"}
_FICTIONAL_NUMBER = re.compile("(206|312|401|913)55501[0-9]{2}")
SESSIONS = f"/voice-connectors/{CONNECTOR}/proxy-sessions"
PROXY = f"/voice-connectors/{CONNECTOR}/programmable-numbers/proxy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request; `body` is sent as text, or in base64 as a function URL does with bytes."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    is_base64: bool = False

    def event(self) -> dict[str, Any]:
        """The request in payload format 2.0."""
        address = f"{self.path}?{self.query}"
        event = lambda_event(http_request(self.method, address, [], b""))
        event["headers"] = {name.lower(): value for name, value in self.headers.items()}
        event["requestContext"]["requestId"] = "7"
        event["isBase64Encoded"] = self.is_base64
        return event if self.body is None else event | {"body": self.body}


def assert_well_formed(request: Request, answer: Mapping[str, Any]) -> None:
    """The answer is one of the API's, and an error tells nothing of what was sent."""
    assert answer["headers"]["x-amzn-RequestId"] == "7"
    status, body = answer["statusCode"], answer["body"]
    if status in _ERRORS:
        error = json.loads(body)
        assert error.keys() == {"Code", "Message"}
        assert error["Code"] == _ERRORS[status]
        assert answer["headers"]["x-amzn-ErrorType"] in _ERROR_TYPES
        assert not _FICTIONAL_NUMBER.search(re.sub("[^0-9]", "", error["Message"]))
        assert len(error["Message"]) < 3000
    elif request.method == "DELETE":
        assert (status, body) == (204, "")
    else:
        assert status in (200, 201)
        assert json.loads(body).keys() <= {"ProxySession", "ProxySessions", "NextToken", "Proxy"}


_SESSION_BODIES = st.fixed_dictionaries(
    {
        "ParticipantPhoneNumbers": st.lists(PHONE_NUMBERS, min_size=2, max_size=2, unique=True),
        "Capabilities": st.sampled_from([["Voice"], ["Voice", "SMS"]]),
    },
    optional={
        "ExpiryMinutes": st.sampled_from([1, 60, 720]),
        "Name": st.sampled_from(["", "Ride 7"]),
        "NumberSelectionBehavior": st.sampled_from(["PreferSticky", "AvoidSticky"]),
        "GeoMatchLevel": st.sampled_from(["Country", "AreaCode"]),
        "GeoMatchParams": st.just({"Country": "US", "AreaCode": "206"}),
    },
)
_PROXY_BODIES = st.fixed_dictionaries(
    {
        "DefaultSessionExpiryMinutes": st.sampled_from([1, 60, 720]),
        "PhoneNumberPoolCountries": st.sampled_from([["US"], ["CA", "US"]]),
    },
    optional={"FallBackPhoneNumber": PHONE_NUMBERS, "Disabled": st.booleans()},
)
_BODIES = st.one_of(
    st.none(),
    mutated(_SESSION_BODIES).map(json.dumps),
    mutated(_PROXY_BODIES).map(json.dumps),
    ANYTHING.map(json.dumps),
    SHORT_TEXTS,
    st.sampled_from(["[" * 100_000, "9" * 5000, '{"ExpiryMinutes":1e999}', "\ufeff{}"]),
)
_BINARIES = st.one_of(
    st.binary(max_size=40),
    _BODIES.map(lambda text: (text or "").encode(errors="surrogatepass")),
    _SESSION_BODIES.map(lambda body: json.dumps(body).encode("utf-16")),
).map(lambda raw: base64.b64encode(raw).decode()) | st.sampled_from(["%", "A", "e30", "e30=\n"])

_LABELS = st.one_of(
    st.just(CONNECTOR),
    SHORT_TEXTS.map(lambda text: quote(text, errors="surrogatepass")),
    SPOKEN_NUMBERS.map(lambda text: quote(text, errors="surrogatepass")),
    st.sampled_from(["%", "%2F", "..", "%00", "%FF", "x" * 129, "", ".", "<a>", "*", "%0A", "é"]),
)
_PATHS = st.one_of(
    st.just(SESSIONS),
    st.just(PROXY),
    st.builds("/voice-connectors/{}/proxy-sessions".format, _LABELS),
    st.builds("/voice-connectors/{}/proxy-sessions/{}".format, st.just(CONNECTOR), _LABELS),
    st.builds("/voice-connectors/{}/programmable-numbers/proxy{}".format, _LABELS, SHORT_TEXTS),
    SHORT_TEXTS.map("/{}".format),
    st.sampled_from(["", "/", "//", "/" * 3000]),
)
_QUERIES = st.lists(
    st.builds(
        "{}={}".format,
        st.sampled_from(["status", "next-token", "max-results", "max-results", "X"]),
        st.sampled_from(["Open", "Closed", "1", "101", "-1", "%FF", "1.0", "MTIvYQ==", "9" * 5000])
        | SHORT_TEXTS.map(lambda text: quote(text, errors="surrogatepass")),
    ),
    max_size=3,
).map("&".join)
_HEADERS = st.dictionaries(
    st.sampled_from(["Authorization", "Content-Type", "Accept", "Content-Encoding", "Origin"]),
    st.sampled_from(
        [
            "AWS4-HMAC-SHA256 Credential=A/20200415/us-west-2/chime/aws4_request, Signature=0",
            "AWS4-HMAC-SHA256 Credential=/20200415//",
            "gzip",
            "application/json; charset=utf-16",
        ]
    )
    | SHORT_TEXTS,
    max_size=3,
)
_METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "post", ""])

_CREATIONS = st.builds(
    Request,
    method=st.just("POST"),
    path=st.just(SESSIONS),
    headers=_HEADERS,
    body=mutated(_SESSION_BODIES).map(json.dumps),
)
_CONFIGURATIONS = st.builds(
    Request,
    method=st.just("PUT"),
    path=st.just(PROXY),
    headers=_HEADERS,
    body=mutated(_PROXY_BODIES).map(json.dumps),
)
_LISTS = st.builds(Request, method=st.just("GET"), path=st.just(SESSIONS), query=_QUERIES)
_ANY = {"method": _METHODS, "path": _PATHS, "query": _QUERIES, "headers": _HEADERS}

REQUESTS = st.one_of(
    _CREATIONS,
    _CONFIGURATIONS,
    _LISTS,
    st.builds(Request, **_ANY, body=_BODIES),
    st.builds(Request, **_ANY, body=_BINARIES, is_base64=st.just(True)),  # noqa: FBT003 - a value
)
"""Requests of the eight operations, right and wrong, and of none."""
