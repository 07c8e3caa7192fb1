"""Histories that nobody thought of: whatever happens, nothing is lost and nothing leaks."""

import os
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.contract.api import ApiFault
from tests.contract.bucket import BucketFault
from tests.contract.cloudformation import Declared, Deployed, Rollback, Stack
from tests.contract.ledger import Ledger
from tests.contract.universe import CONNECTORS, Universe, own_connectors

PAIRS = (
    ["+14015550101", "+12065550100"],
    ["+12065550100", "+14015550101"],
    ["+14015550101", "+12065550102"],
    ["+14015550101", "not a number"],
)
NAMES = {"A": "Ride A", "B": "Ride B"}
PROXY = "Proxy"
ADOPTED = "AdoptProxySessionId"


def _declared(logical_id: str) -> st.SearchStrategy[Declared]:
    properties: dict[str, st.SearchStrategy[Any]] = {
        "ServiceTimeout": st.just(180),
        "VoiceConnectorId": st.sampled_from(CONNECTORS),
        "ParticipantPhoneNumbers": st.sampled_from(PAIRS),
        "Capabilities": st.sampled_from([["Voice"], ["SMS", "Voice"], ["Voice", "SMS"]]),
    }
    optional = {
        "ExpiryMinutes": st.sampled_from([600, 720]),
        "Name": st.just(NAMES[logical_id]),
        "GeoMatchLevel": st.sampled_from(["Country", "AreaCode"]),
    }
    return st.builds(
        Declared,
        properties=st.fixed_dictionaries(properties, optional=optional),
        retain=st.booleans(),
    )


def _configurations() -> st.SearchStrategy[Declared]:
    properties: dict[str, st.SearchStrategy[Any]] = {
        "ServiceTimeout": st.just(180),
        "VoiceConnectorId": st.sampled_from([0, 1]),
        "DefaultSessionExpiryMinutes": st.sampled_from([60, 600]),
        "PhoneNumberPoolCountries": st.sampled_from([["US"], ["US", "CA"], ["CA", "US"], ["U"]]),
    }
    return st.builds(
        Declared,
        properties=st.fixed_dictionaries(properties, optional={"AdoptExisting": st.booleans()}),
        retain=st.booleans(),
        resource_type=st.just("Custom::ChimeVoiceConnectorProxy"),
    )


def _templates(*required: str) -> st.SearchStrategy[dict[str, Declared]]:
    declared = {one: _declared(one) for one in NAMES} | {PROXY: _configurations()}
    return st.fixed_dictionaries({one: declared.pop(one) for one in required}, optional=declared)


def _own(stack: Stack, template: dict[str, Declared]) -> dict[str, Declared]:
    """The template with a connector of the stack's own to configure."""
    if PROXY not in template:
        return template
    drawn = template[PROXY]
    connector = own_connectors(stack)[drawn.properties["VoiceConnectorId"]]
    properties = {**drawn.properties, "VoiceConnectorId": connector}
    return {**template, PROXY: replace(drawn, properties=properties)}


def _is_valid(declared: Declared) -> bool:
    return all(number.startswith("+") for number in declared.properties["ParticipantPhoneNumbers"])


def _naming_on(before: Declared, declared: Declared) -> Declared:
    adopted = {k: v for k, v in before.properties.items() if k == ADOPTED}
    return replace(declared, properties={**declared.properties, **adopted})


_DELETE_ATTEMPTS = 20

_LASTING = 8
API_FAULTS = st.lists(st.sampled_from(ApiFault), max_size=4) | st.sampled_from(ApiFault).map(
    lambda fault: [fault] * _LASTING
)
BUCKET_FAULTS = st.lists(st.sampled_from(BucketFault), max_size=2)


class Histories(RuleBasedStateMachine):
    """Stacks come, change and go, and anything may go wrong on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.stacks: list[Stack] = []

    @initialize(knows_keys=st.booleans())
    def begin(self, *, knows_keys: bool) -> None:
        """Begin with a service that knows idempotency keys, or with AWS's own API."""
        self.universe = Universe(knows_keys=knows_keys)
        self.ledger = Ledger(self.universe)

    @precondition(lambda self: len(self.stacks) < 2)
    @rule(
        template=_templates("A"),
        api=API_FAULTS,
        bucket=BUCKET_FAULTS,
        sibling_fails=st.booleans(),
        adopts=st.booleans(),
    )
    def create(
        self,
        template: dict[str, Declared],
        api: list[ApiFault],
        bucket: list[BucketFault],
        *,
        sibling_fails: bool,
        adopts: bool,
    ) -> None:
        """Create a stack; one that could not be rolled back can only be deleted."""
        stack = self.universe.new_stack()
        template = _own(stack, template)
        if adopts and _is_valid(template["A"]):
            template["A"] = self._adopting(template["A"])
        self._disturb(api, bucket)
        if self.universe.cloudformation.create(stack, template, sibling_fails=sibling_fails):
            self.stacks.append(stack)
        else:
            self._delete(stack)

    @precondition(lambda self: self.stacks)
    @rule(
        data=st.data(),
        template=_templates(),
        api=API_FAULTS,
        bucket=BUCKET_FAULTS,
        sibling_fails=st.booleans(),
        rollback=st.sampled_from(Rollback),
    )
    def update(  # noqa: PLR0913 - what a stack update can be
        self,
        data: st.DataObject,
        template: dict[str, Declared],
        api: list[ApiFault],
        bucket: list[BucketFault],
        rollback: Rollback,
        *,
        sibling_fails: bool,
    ) -> None:
        """Update a stack; what it adopted may be named on or not."""
        stack = data.draw(st.sampled_from(self.stacks))
        template = _own(stack, template)
        if "A" in template and "A" in stack.resources and data.draw(st.booleans()):
            template["A"] = _naming_on(stack.resources["A"].declared, template["A"])
        before = {
            one: deployed
            for one, deployed in stack.resources.items()
            if self._can_be_gone_back_to(deployed, template.get(one, deployed.declared))
        }
        self._disturb(api, bucket)
        self.ledger.is_taken_back = not self.universe.cloudformation.update(
            stack, template, sibling_fails=sibling_fails, rollback=rollback
        )
        if self.ledger.is_taken_back and not api and not bucket:
            for one, deployed in before.items():
                assert stack.resources[one].physical_id == deployed.physical_id

    @precondition(lambda self: self.stacks)
    @rule(data=st.data(), api=API_FAULTS, bucket=BUCKET_FAULTS)
    def delete(self, data: st.DataObject, api: list[ApiFault], bucket: list[BucketFault]) -> None:
        """Delete a stack, again where that fails."""
        stack = data.draw(st.sampled_from(self.stacks))
        self.stacks.remove(stack)
        self._disturb(api, bucket)
        self._delete(stack)

    @rule(minutes=st.sampled_from([1, 20, 61, 800]))
    def wait(self, minutes: int) -> None:
        """Let time pass; sessions may close."""
        self.universe.clock.sleep(minutes * 60)

    @precondition(lambda self: self.universe.believed_sessions() & self.universe.open_sessions())
    @rule(data=st.data())
    def end_by_hand(self, data: st.DataObject) -> None:
        """Delete a session behind CloudFormation's back."""
        known = self.universe.believed_sessions() & self.universe.open_sessions()
        physical_id = data.draw(st.sampled_from(sorted(known)))
        self.universe.end(physical_id)
        self.ledger.ended_by_hand.add(physical_id)

    @invariant()
    def nothing_lost_nothing_leaked(self) -> None:
        """What is open is what CloudFormation believes in."""
        self.universe.wire.faults.clear()
        self.universe.bucket.faults.clear()
        self.ledger.check()

    def teardown(self) -> None:
        """Every stack can be torn down when the trouble is over."""
        for stack in self.stacks:
            assert self.universe.cloudformation.delete(stack)
        self.stacks.clear()
        self.ledger.check()

    def _can_be_gone_back_to(self, deployed: Deployed, declared: Declared) -> bool:
        """Whether a rollback can tell a session from others, and give it its properties again."""
        if deployed.physical_id not in self.universe.open_sessions():
            return False
        name, old = self.universe.session_name(deployed.physical_id), deployed.declared.properties
        is_known = " " not in name or deployed.physical_id.endswith(old.get(ADOPTED, "none"))
        # The API cannot take minutes away that the update gave.
        return is_known and "ExpiryMinutes" not in declared.properties.keys() - old.keys()

    def _adopting(self, declared: Declared) -> Declared:
        """A session that is made by hand first."""
        _, _, session_id = self.ledger.make_by_hand(declared.properties).partition("/")
        return replace(declared, properties={**declared.properties, ADOPTED: session_id})

    def _disturb(self, api: list[ApiFault], bucket: list[BucketFault]) -> None:
        self.universe.wire.faults.extend(api)
        self.universe.bucket.faults.extend(bucket)

    def _delete(self, stack: Stack) -> None:
        assert any(self.universe.cloudformation.delete(stack) for _ in range(_DELETE_ATTEMPTS))


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=int(os.environ.get("HISTORIES", "1200")),
    # The same ones in every test run; new ones where their number is asked for.
    derandomize="HISTORIES" not in os.environ,
    stateful_step_count=8,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
