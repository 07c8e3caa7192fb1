import time
from collections.abc import Mapping
from threading import Event
from typing import Any, cast

from botocore.exceptions import ClientError, ReadTimeoutError
from tests.doubles import CONNECTOR, NOW, REQUEST, SESSION, Answers, Api, Context, event, session

from chime_proxy_provider import handler as provider
from chime_proxy_provider.lifecycle.deletion import RefusedDeletion


class Hanging:
    """An API that answers what makes something only when it is let go."""

    def __init__(self) -> None:
        self.go = Event()
        self.deleted: list[Mapping[str, Any]] = []
        self.meta = provider.handler.client().meta

    def create_proxy_session(self, **_: Any) -> Mapping[str, Any]:
        """Hang, then create."""
        self.go.wait(10)
        return {"ProxySession": session()}

    def delete_proxy_session(self, **session: Any) -> Mapping[str, Any]:
        """Note what is deleted."""
        self.deleted.append(session)
        return {}

    def get_voice_connector_proxy(self, **_: Any) -> Mapping[str, Any]:
        """Say that there is none."""
        details = {
            "Error": {"Code": "NotFoundException"},
            "ResponseMetadata": {"HTTPStatusCode": 404},
        }
        raise ClientError(details, "GetVoiceConnectorProxy")

    def put_voice_connector_proxy(self, **_: Any) -> Mapping[str, Any]:
        """Hang, then give no answer."""
        self.go.wait(10)
        raise ReadTimeoutError(endpoint_url="https://calls.invalid")

    def delete_voice_connector_proxy(self, **configuration: Any) -> Mapping[str, Any]:
        """Note what is deleted."""
        self.deleted.append(configuration)
        return {}


def test_hanging_api(answers: Answers) -> None:
    """While the API hangs one answer goes out in time; what is made after it is taken back."""
    api = Hanging()

    _handler(api, answers)(event("Create"), Context(milliseconds=1500))

    assert answers.only["Status"] == "FAILED"
    assert answers.only["PhysicalResourceId"] == f"create-interrupted/{REQUEST}"
    assert api.deleted == [{"VoiceConnectorId": CONNECTOR, "ProxySessionId": SESSION}]


class Repeating(Hanging):
    """An API that hangs, and then has the session of an earlier delivery."""

    def create_proxy_session(self, **_: Any) -> Mapping[str, Any]:
        """Hang, then say that the session was there."""
        self.go.wait(10)
        metadata = {"HTTPHeaders": {"idempotent-replayed": "true"}}
        return {"ProxySession": session(), "ResponseMetadata": metadata}


def test_session_of_another_delivery_is_not_taken_back(answers: Answers) -> None:
    """A second delivery that runs out of time leaves the session that the first one has reported."""
    api = Repeating()

    _handler(api, answers)(event("Create"), Context(milliseconds=1500))

    assert answers.only["Status"] == "FAILED"
    assert api.deleted == []


def test_hanging_api_that_never_answers(answers: Answers) -> None:
    """What may have been made, of which the answer could no longer tell, is taken back as well."""
    api = Hanging()
    declared = {
        "VoiceConnectorId": CONNECTOR,
        "DefaultSessionExpiryMinutes": "60",
        "PhoneNumberPoolCountries": ["US"],
    }
    create = event(
        "Create", ResourceType="Custom::ChimeVoiceConnectorProxy", ResourceProperties=declared
    )

    _handler(api, answers)(create, Context(milliseconds=1500))

    assert answers.only["PhysicalResourceId"] == f"create-interrupted/{REQUEST}"
    assert api.deleted == [{"VoiceConnectorId": CONNECTOR}]


def _handler(api: Hanging, answers: Answers) -> provider.Handler:
    return provider.Handler(
        client=lambda: cast("Any", api),
        routes=lambda _: [_LettingGo(api, answers)],  # type: ignore[list-item]  # as much as is used
        refused_deletion=RefusedDeletion.FAIL,
        now=lambda: NOW,
        clock=time.monotonic,
        sleep=time.sleep,
    )


class _LettingGo(Answers):
    """Lets the API go on once the answer has arrived: what follows must not be a second one."""

    def __init__(self, api: Hanging, answers: Answers) -> None:
        self._api = api
        self._answers = answers

    def request(self, _method: str, url: str, *, body: bytes, **_: Any) -> Answers:
        taken = self._answers.request(_method, url, body=body)
        self._api.go.set()
        return taken


def test_no_time_for_a_call(answers: Answers) -> None:
    """Without time for a call none is made, and the answer says so."""
    clock = iter([0.0, 0.0, 0.0])
    handler = provider.Handler(
        client=lambda: Api().client,
        routes=lambda _: [answers],  # type: ignore[list-item]  # as much of a pool as is used
        refused_deletion=RefusedDeletion.FAIL,
        now=lambda: NOW,
        clock=lambda: next(clock, 50.0),
        sleep=time.sleep,
    )

    handler(event("Delete"), Context())

    assert (
        answers.only["Reason"]
        == "NetworkFailure: no time is left for a call of the API; the function's timeout may be too short"
    )
