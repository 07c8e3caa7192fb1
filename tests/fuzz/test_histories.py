"""Histories of the service, step by step beside a model of what must be."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_OID, uuid5

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.fuzz.effort import effort
from tests.fuzz.wire import Request, assert_well_formed
from tests.service.tables import create_table

from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.store import Store
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.stores.table import Table
from chime_proxy_service.wire.api import Api

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

_IDS = ("abcdef1ghij2klmno3pqr4", "zyxwvu9tsrq8ponmlk7jih")
_CONNECTORS = st.sampled_from(_IDS)
_NUMBERS = {"US": {"+12125550100", "+12125550101"}, "CA": {"+14165550100"}}
_PARTICIPANTS = st.lists(
    st.sampled_from(["+14015550101", "+12065550100", "+19135550102", "+12125550100"]),
    min_size=2,
    max_size=2,
    unique=True,
)
_MINUTES = st.sampled_from([1, 60, 720])
_TERMS = {"Capabilities": ["Voice"]}
_CONFIGURATION = {
    "DefaultSessionExpiryMinutes": 60,
    "PhoneNumberPoolCountries": ["US", "CA"],
    "Disabled": False,
}
_CONFIGURATIONS = st.sampled_from(
    [
        _CONFIGURATION,
        _CONFIGURATION,
        {**_CONFIGURATION, "PhoneNumberPoolCountries": ["CA"]},
        {**_CONFIGURATION, "PhoneNumberPoolCountries": ["FR"]},
        {**_CONFIGURATION, "DefaultSessionExpiryMinutes": 1},
        {**_CONFIGURATION, "Disabled": True},
    ]
)
_RETENTION = timedelta(days=30)


@dataclass(slots=True)
class _Known:
    """A session as it must be."""

    path: str
    pairs: frozenset[tuple[str, str]]
    minutes: int
    expires_at: datetime


@dataclass(slots=True)
class _Listing:
    """A list that is being read; `staying` has been there since it began."""

    connector: str
    size: int
    staying: set[str]
    seen: list[str] = field(default_factory=list)
    token: str | None = None


class Histories(RuleBasedStateMachine):
    """The service answers every request of a history as the model says it must."""

    sessions: Bundle[str] = Bundle("sessions")

    def __init__(self, store: Store | None = None) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 21, tzinfo=UTC)
        pool = NumberPool(sorted(_NUMBERS["US"] | _NUMBERS["CA"]))
        # The same ids each time, in no order: hypothesis repeats histories.
        ids = (str(uuid5(NAMESPACE_OID, str(number))) for number in count())
        service = ProxySessionService(
            store or MemoryStore(), pool, clock=lambda: self.now, new_id=lambda: next(ids)
        )
        self.api = Api(service, default_region="us-east-1")
        self.configurations: dict[str, dict[str, Any]] = {}
        self.known: dict[str, _Known] = {}
        self.listing: _Listing | None = None

    @initialize()
    def configure_all(self) -> None:
        """Begin with connectors that admit sessions."""
        for connector in _IDS:
            self.configure(connector, _CONFIGURATION)

    @rule(connector=_CONNECTORS, configuration=_CONFIGURATIONS)
    def configure(self, connector: str, configuration: dict[str, Any]) -> None:
        """Configure a connector."""
        self.configurations[connector] = configuration
        assert self._ask("PUT", _proxy(connector), configuration)[0] == 200

    @rule(connector=_CONNECTORS)
    def remove_configuration(self, connector: str) -> None:
        """Remove a connector's configuration, find that it is gone, and put it back."""
        configuration = self.configurations.pop(connector)
        assert self._ask("DELETE", _proxy(connector))[0] == 204
        assert self._ask("DELETE", _proxy(connector))[0] == 404
        assert self._ask("GET", _proxy(connector))[0] == 404
        assert list(self._create(connector, ["+14015550101", "+12065550100"], _TERMS)) == []
        self.configure(connector, configuration)

    @rule(
        target=sessions,
        connector=_CONNECTORS,
        pairs=st.lists(_PARTICIPANTS, min_size=1, max_size=4),
        minutes=st.none() | _MINUTES,
        behavior=st.sampled_from([None, "PreferSticky", "AvoidSticky"]),
    )
    def create(
        self, connector: str, pairs: list[list[str]], minutes: int | None, behavior: str | None
    ) -> MultipleResults[str]:
        """Ask for sessions."""
        terms = {**_TERMS, "ExpiryMinutes": minutes, "NumberSelectionBehavior": behavior}
        return multiple(*[id_ for pair in pairs for id_ in self._create(connector, pair, terms)])

    @rule(session=sessions)
    def get(self, session: str) -> None:
        """Read a session."""
        status, answer = self._ask("GET", self.known[session].path)
        if self._is_readable(session):
            state = "Open" if self._is_open(session) else "Closed"
            assert (status, answer["ProxySession"]["Status"]) == (200, state)
        else:
            assert status == 404

    @rule(session=sessions, minutes=st.none() | _MINUTES)
    def update(self, session: str, minutes: int | None) -> None:
        """Change a session."""
        known = self.known[session]
        body = {"Capabilities": ["SMS"], "ExpiryMinutes": minutes}
        status, answer = self._ask("POST", known.path, body)
        if self._is_open(session):
            known.minutes = minutes or known.minutes
            known.expires_at = self.now + timedelta(minutes=known.minutes)
            assert (status, answer["ProxySession"]["ExpiryMinutes"]) == (201, known.minutes)
        else:
            assert status == (400 if self._is_readable(session) else 404)

    @rule(session=consumes(sessions))
    def delete(self, session: str) -> None:
        """Delete a session, twice."""
        expected = 204 if self._is_readable(session) else 404
        path = self.known.pop(session).path
        assert self._ask("DELETE", path)[0] == expected
        assert self._ask("DELETE", path)[0] == 404
        assert self._ask("GET", path)[0] == 404

    @rule(minutes=st.sampled_from([1, 1, 1, 1, 59, 60, 720, 43_199, 43_200]))
    def pass_time(self, minutes: int) -> None:
        """Wait."""
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.listing is None)
    @rule(connector=_CONNECTORS, size=st.sampled_from([1, 2, 100]))
    def begin_list(self, connector: str, size: int) -> None:
        """Read the first page of a list."""
        self.listing = _Listing(connector, size, self._readable_of(connector))
        self._read_page(self.listing)

    @precondition(lambda self: self.listing is not None)
    @rule()
    def continue_list(self) -> None:
        """Read the next page, whatever has come and gone since the one before."""
        assert self.listing
        self._read_page(self.listing)

    @rule(connector=_CONNECTORS, state=st.sampled_from(["Open", "Closed", "InProgress"]))
    def list_by_status(self, connector: str, state: str) -> None:
        """Read the sessions of one status."""
        status, answer = self._ask("GET", _sessions(connector), query=f"status={state}")
        expected = {
            session
            for session in self._readable_of(connector)
            if state == ("Open" if self._is_open(session) else "Closed")
        }
        listed = answer.get("ProxySessions", [])
        assert {session["ProxySessionId"] for session in listed} == expected
        assert status == 200 or connector not in self.configurations

    @invariant()
    def pairs_are_unique(self) -> None:
        """No participant meets a proxy number in two open sessions."""
        pairs = [
            pair for id_, known in self.known.items() if self._is_open(id_) for pair in known.pairs
        ]
        assert len(set(pairs)) == len(pairs)

    def _create(
        self, connector: str, participants: list[str], terms: dict[str, Any]
    ) -> Iterator[str]:
        body = {"ParticipantPhoneNumbers": participants, **terms}
        status, answer = self._ask("POST", _sessions(connector), body)
        free = self._free_numbers(connector, participants)
        assert status == self._creation_status(connector, free)
        if status == 201:
            session = answer["ProxySession"]
            proxies = {end["ProxyPhoneNumber"] for end in session["Participants"]}
            assert len(proxies) == 1
            assert proxies <= free
            self._learn(connector, session)
            yield session["ProxySessionId"]

    def _read_page(self, listing: _Listing) -> None:
        query = f"max-results={listing.size}"
        if listing.token:
            query += f"&next-token={quote(listing.token)}"
        _, answer = self._ask("GET", _sessions(listing.connector), query=query)
        listing.staying &= self._readable_of(listing.connector)
        listing.seen += [session["ProxySessionId"] for session in answer.get("ProxySessions", [])]
        listing.token = answer.get("NextToken")
        assert len(set(listing.seen)) == len(listing.seen)
        if listing.token is None:
            assert listing.staying <= set(listing.seen)
            self.listing = None

    def _ask(
        self, method: str, path: str, body: Any = None, query: str = ""
    ) -> tuple[int, dict[str, Any]]:
        text = None if body is None else json.dumps(body)
        request = Request(method=method, path=path, query=query, body=text)
        answer = self.api.handle(request.event())
        assert_well_formed(request, answer)
        return answer["statusCode"], json.loads(answer["body"] or "{}")

    def _free_numbers(self, connector: str, participants: list[str]) -> set[str]:
        countries = self.configurations.get(connector, {}).get("PhoneNumberPoolCountries", [])
        numbers = {number for country in countries for number in _NUMBERS.get(country, ())}
        return numbers - set(self._busy(participants)) - set(participants)

    def _busy(self, participants: list[str]) -> Iterator[str]:
        for session, known in self.known.items():
            if self._is_open(session):
                yield from (proxy for proxy, end in known.pairs if end in participants)

    def _creation_status(self, connector: str, free: set[str]) -> int:
        configuration = self.configurations.get(connector)
        if configuration is None:
            return 404
        if configuration["Disabled"]:
            return 403
        return 201 if free else 400

    def _learn(self, connector: str, session: dict[str, Any]) -> None:
        minutes = session["ExpiryMinutes"]
        self.known[session["ProxySessionId"]] = _Known(
            path=f"{_sessions(connector)}/{session['ProxySessionId']}",
            pairs=frozenset(
                (end["ProxyPhoneNumber"], end["PhoneNumber"]) for end in session["Participants"]
            ),
            minutes=minutes,
            expires_at=self.now + timedelta(minutes=minutes),
        )

    def _is_open(self, session: str) -> bool:
        return self.now < self.known[session].expires_at

    def _is_readable(self, session: str) -> bool:
        return self.now < self.known[session].expires_at + _RETENTION

    def _readable_of(self, connector: str) -> set[str]:
        beginning = _sessions(connector)
        return {
            session
            for session, known in self.known.items()
            if known.path.startswith(beginning) and self._is_readable(session)
        }


def _sessions(connector: str) -> str:
    return f"/voice-connectors/{connector}/proxy-sessions"


def _proxy(connector: str) -> str:
    return f"/voice-connectors/{connector}/programmable-numbers/proxy"


TestHistories = Histories.TestCase
TestHistories.settings = settings(effort(80), stateful_step_count=40)


def test_histories_on_a_table(dynamodb: "DynamoDBClient") -> None:
    """The service on a table of DynamoDB answers every request of a history as the model says."""
    run_state_machine_as_test(
        lambda: Histories(DynamoDBStore(Table(dynamodb, create_table(dynamodb)))),  # type: ignore[arg-type]
        settings=settings(effort(8), stateful_step_count=40),
    )
