import json
import re
from collections.abc import Callable
from typing import Any

import pytest

Send = Callable[..., tuple[int, dict[str, str], Any]]

SESSIONS = "/voice-connectors/abcdef1ghij2klmno3pqr4/proxy-sessions"
PROXY = "/voice-connectors/abcdef1ghij2klmno3pqr4/programmable-numbers/proxy"
SESSION: dict[str, Any] = {
    "ParticipantPhoneNumbers": ["+14015550101", "+12065550100"],
    "Capabilities": ["Voice", "SMS"],
}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def body(**members: Any) -> bytes:
    """A session to be made, with some members set differently."""
    return json.dumps(SESSION | members).encode()


def test_created_session_has_sorted_members(send: Send) -> None:
    """A created session has sorted members, none of them empty, and AWS's headers."""
    status, headers, answer = send("POST", SESSIONS, body())

    session = answer["ProxySession"]
    assert status == 201
    assert headers["content-type"] == "application/json"
    assert UUID.fullmatch(headers["x-amzn-requestid"])
    assert UUID.fullmatch(session.pop("ProxySessionId"))
    proxy = session["Participants"][0]["ProxyPhoneNumber"]
    assert list(session.items()) == [
        ("Capabilities", ["SMS", "Voice"]),
        ("CreatedTimestamp", "2020-04-15T16:10:10.288Z"),
        ("ExpiryMinutes", 60),
        (
            "Participants",
            [
                {"PhoneNumber": "+14015550101", "ProxyPhoneNumber": proxy},
                {"PhoneNumber": "+12065550100", "ProxyPhoneNumber": proxy},
            ],
        ),
        ("Status", "Open"),
        ("UpdatedTimestamp", "2020-04-15T16:10:10.288Z"),
        ("VoiceConnectorId", "abcdef1ghij2klmno3pqr4"),
    ]


def test_every_given_member_comes_back(send: Send) -> None:
    """Every member that was given comes back."""
    given = {
        "ExpiryMinutes": 720,
        "GeoMatchLevel": "AreaCode",
        "GeoMatchParams": {"AreaCode": "416", "Country": "CA"},
        "Name": "Ride 7",
        "NumberSelectionBehavior": "AvoidSticky",
    }

    _, _, answer = send("POST", SESSIONS, body(**given))

    assert answer["ProxySession"].items() >= given.items()


def test_deletion_has_no_body(send: Send) -> None:
    """A deletion is answered with 204 and nothing else."""
    _, _, answer = send("POST", SESSIONS, body())
    path = f"{SESSIONS}/{answer['ProxySession']['ProxySessionId']}"

    status, headers, answer = send("DELETE", path)

    assert (status, answer) == (204, None)
    assert "content-type" not in headers
    assert "x-amzn-errortype" not in headers


def test_error_has_type_code_and_message(send: Send) -> None:
    """An error has its type in a header, and Code and Message in its body."""
    status, headers, answer = send("GET", f"{SESSIONS}/%2B12065550100")

    assert status == 404
    assert headers["content-type"] == "application/json"
    assert headers["x-amzn-errortype"] == "NotFoundException"
    assert UUID.fullmatch(headers["x-amzn-requestid"])
    assert answer.keys() == {"Code", "Message"}
    assert answer["Code"] == "NotFound"
    assert "2065550100" not in answer["Message"]


@pytest.mark.parametrize(
    ("members", "path", "constraint"),
    [
        ({"ParticipantPhoneNumbers": None}, "participantPhoneNumbers", "must not be null"),
        (
            {"ParticipantPhoneNumbers": ["+14015550101"]},
            "participantPhoneNumbers",
            "length greater than or equal to 2",
        ),
        (
            {"ParticipantPhoneNumbers": ["+14015550101", "+12065550100", "+12065550102"]},
            "participantPhoneNumbers",
            "length less than or equal to 2",
        ),
        (
            {"ParticipantPhoneNumbers": ["401 555 0101", "0"]},
            "participantPhoneNumbers",
            r"constraint: [Member must satisfy regular expression pattern: ^\+?[1-9]\d{1,14}$]",
        ),
        (
            {"ParticipantPhoneNumbers": ["+1401555010\u0661", "+12065550100\n"]},
            "participantPhoneNumbers",
            "pattern",
        ),
        ({"ParticipantPhoneNumbers": [None, {}]}, "participantPhoneNumbers", "be a string"),
        ({"ParticipantPhoneNumbers": "+14015550101"}, "participantPhoneNumbers", "be a list"),
        ({"Capabilities": None}, "capabilities", "must not be null"),
        ({"Capabilities": ["Fax", "Voice"]}, "capabilities", "enum value set: [Voice, SMS]"),
        ({"Capabilities": {"Voice": True}}, "capabilities", "be a list"),
        ({"ExpiryMinutes": 0}, "expiryMinutes", "value greater than or equal to 1"),
        ({"ExpiryMinutes": "60"}, "expiryMinutes", "be an integer"),
        ({"ExpiryMinutes": 60.5}, "expiryMinutes", "be an integer"),
        ({"ExpiryMinutes": True}, "expiryMinutes", "be an integer"),
        ({"ExpiryMinutes": float("nan")}, "expiryMinutes", "be an integer"),
        ({"Name": "a-b"}, "name", "pattern: ^$|^[a-zA-Z0-9 ]{0,30}$"),
        ({"Name": "x" * 31}, "name", "pattern"),
        ({"Name": 7}, "name", "be a string"),
        ({"NumberSelectionBehavior": "Sticky"}, "numberSelectionBehavior", "enum value set"),
        ({"GeoMatchLevel": "Planet"}, "geoMatchLevel", "[Country, AreaCode]"),
        ({"GeoMatchParams": []}, "geoMatchParams", "be a structure"),
        ({"GeoMatchParams": {"AreaCode": "206"}}, "geoMatchParams.country", "not be null"),
        (
            {"GeoMatchParams": {"AreaCode": "2065550100", "Country": "US"}},
            "geoMatchParams.areaCode",
            "pattern",
        ),
    ],
)
def test_violated_constraint_is_refused_by_its_place(
    send: Send, members: dict[str, Any], path: str, constraint: str
) -> None:
    """What the model forbids is refused, with its place and what is allowed, not with its value."""
    status, headers, answer = send("POST", SESSIONS, body(**members))

    assert (status, headers["x-amzn-errortype"]) == (400, "BadRequestException")
    assert answer["Code"] == "BadRequest"
    beginning = f"1 validation error detected: Value at '{path}' failed to satisfy constraint: "
    assert answer["Message"].startswith(beginning)
    assert constraint in answer["Message"]
    assert "555" not in answer["Message"]


def test_all_violations_come_at_once(send: Send) -> None:
    """One message has every fault, those of the path included."""
    path = "/voice-connectors/BAD%20ID%2F..%2Fx/proxy-sessions"

    status, _, answer = send("POST", path, body(ExpiryMinutes=0, Capabilities=["Fax"] * 1000))

    assert status == 400
    assert answer["Message"].startswith("3 validation errors detected: ")
    for place in ("voiceConnectorId", "expiryMinutes", "capabilities"):
        assert answer["Message"].count(f"Value at '{place}'") == 1


def test_unknown_members_are_ignored(send: Send) -> None:
    """Members that the model lacks, and those that the path sets, do not count in a body."""
    extra = {"Tags": [{"Key": "k"}], "VoiceConnectorId": 7, "ExpiryMinutes": None}

    status, _, answer = send("POST", SESSIONS, body(**extra))

    assert status == 201
    assert answer["ProxySession"]["VoiceConnectorId"] == "abcdef1ghij2klmno3pqr4"


def test_one_number_however_written(send: Send) -> None:
    """The plus sign is optional and makes no other number."""
    status, _, answer = send(
        "POST", SESSIONS, body(ParticipantPhoneNumbers=["14015550101", "+14015550101"])
    )
    assert (status, "two different numbers" in answer["Message"]) == (400, True)

    _, _, answer = send(
        "POST", SESSIONS, body(ParticipantPhoneNumbers=["14015550101", "+12065550100"])
    )
    assert answer["ProxySession"]["Participants"][0]["PhoneNumber"] == "+14015550101"


@pytest.mark.parametrize(
    "malformed",
    [
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b'{"Capabilities": ["Voice"],}',
        b"[" * 200_000,
        b'{"ExpiryMinutes": ' + b"9" * 10_000 + b"}",
        b"[]",
        b'"text"',
        b"1",
        b"true",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", SESSIONS), ("PUT", PROXY)])
def test_malformed_body_is_refused(send: Send, method: str, path: str, malformed: bytes) -> None:
    """A body that is no JSON object is the caller's fault."""
    status, headers, answer = send(method, path, malformed)

    assert (status, headers["x-amzn-errortype"]) == (400, "BadRequestException")
    assert answer["Message"].startswith("The request body ")


@pytest.mark.parametrize("empty", [None, b"", b"{}", b"null"])
def test_empty_body_is_an_empty_object(send: Send, empty: bytes | None) -> None:
    """No body is an object without members."""
    status, _, answer = send("POST", SESSIONS, empty)

    assert status == 400
    assert answer["Message"].startswith("2 validation errors detected: ")


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("max-results=0", "'maxResults'"),
        ("max-results=101", "'maxResults'"),
        ("max-results=ten", "'maxResults'"),
        ("max-results=", "'maxResults'"),
        ("max-results=" + "9" * 5000, "'maxResults'"),
        ("status=Ended", "'status'"),
        ("status=", "'status'"),
        ("next-token=a%20b%2F%2B%3D", "NextToken"),
        ("next-token=" + "x" * 60000, "NextToken"),
        ("next-token=", "NextToken"),
    ],
)
def test_bad_query_is_refused_by_its_name(send: Send, query: str, fault: str) -> None:
    """A query parameter out of its range, or a token from elsewhere, is refused by its name."""
    status, headers, answer = send("GET", f"{SESSIONS}?{query}")

    assert (status, headers["x-amzn-errortype"]) == (400, "BadRequestException")
    assert fault in answer["Message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/voice-connectors"),
        ("GET", "/voice-connectors//proxy-sessions"),
        ("GET", f"{SESSIONS}/"),
        ("GET", f"{SESSIONS}/a/b"),
        ("PATCH", SESSIONS),
        ("PUT", SESSIONS),
        ("PUT", f"{SESSIONS}/123"),
        ("POST", PROXY),
        ("GET", "/favicon.ico"),
    ],
)
def test_unknown_operation_is_a_404(send: Send, method: str, path: str) -> None:
    """A path without operation, or without one of that method, is answered with 404."""
    status, headers, answer = send(method, path)

    assert (status, headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
    assert answer["Code"] == "NotFound"


@pytest.mark.parametrize(
    "session_id", ["%20", "%00%0A", "x" * 129, "%FF%FE", "..%2F..", "%E2%82%AC"]
)
def test_odd_session_ids_cause_no_failure(send: Send, session_id: str) -> None:
    """Labels are percent-decoded, then checked, then looked up; none of that fails."""
    status, _, _ = send("GET", f"{SESSIONS}/{session_id}")

    assert status in (400, 404)


def test_request_without_scope_gets_the_default_region(send: Send) -> None:
    """A request belongs to the region of its credential scope, else to the default one."""
    scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20200415/{}/chime/aws4_request, Signature=0"

    def status(authorization: str) -> int:
        return send("GET", PROXY, Authorization=authorization)[0]

    assert status(scope.format("us-east-1")) == 200
    assert status(scope.format("us-west-2")) == 404
    assert status("Bearer nonsense") == 200


def test_configuration_is_replaced_in_full(send: Send) -> None:
    """What the second Put leaves out is gone; the countries change their key on the way."""
    full = {
        "DefaultSessionExpiryMinutes": 5,
        "PhoneNumberPoolCountries": ["US", "CA", "US"],
        "FallBackPhoneNumber": "12065550111",
        "Disabled": True,
    }
    least = {"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}

    assert send("PUT", PROXY, json.dumps(full).encode())[2] == {
        "Proxy": {
            "DefaultSessionExpiryMinutes": 5,
            "Disabled": True,
            "FallBackPhoneNumber": "+12065550111",
            "PhoneNumberCountries": ["US", "CA"],
        }
    }
    assert send("PUT", PROXY, json.dumps(least).encode())[0] == 200
    assert send("GET", PROXY)[2] == {
        "Proxy": {
            "DefaultSessionExpiryMinutes": 60,
            "Disabled": False,
            "PhoneNumberCountries": ["US"],
        }
    }
