"""CloudFormation's sequences for a connector's proxy configuration, which has no name to know it by."""

from typing import Any

import pytest
from tests.contract.api import ApiFault
from tests.contract.bucket import BucketFault
from tests.contract.cloudformation import Declared, Rollback
from tests.contract.universe import CONNECTORS, REGION, Universe

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import NotFoundError
from chime_proxy_service.session import Connector

ONE, TWO = CONNECTORS
SESSION = {
    "ServiceTimeout": 180,
    "VoiceConnectorId": ONE,
    "ParticipantPhoneNumbers": ["+14015550101", "+12065550100"],
    "Capabilities": ["Voice"],
}


@pytest.fixture
def universe() -> Universe:
    """A universe whose connectors are not configured."""
    universe = Universe()
    for name in CONNECTORS:
        universe.service.delete_configuration(Connector(REGION, name))
    return universe


def proxy(connector: str = ONE, *, retain: bool = False, **changes: Any) -> Declared:
    """A configuration as a template has it."""
    properties = {
        "ServiceTimeout": 180,
        "VoiceConnectorId": connector,
        "DefaultSessionExpiryMinutes": 60,
        "PhoneNumberPoolCountries": ["US", "CA"],
        **changes,
    }
    return Declared(properties, retain=retain, resource_type="Custom::ChimeVoiceConnectorProxy")


def configured(universe: Universe) -> dict[str, int]:
    """The connectors that have a configuration, each with its default minutes."""
    found = {name: minutes(universe, name) for name in CONNECTORS}
    return {name: value for name, value in found.items() if value}


def minutes(universe: Universe, name: str) -> int:
    """A connector's default minutes, 0 without a configuration."""
    try:
        configuration = universe.service.get_configuration(Connector(REGION, name))
    except NotFoundError:
        return 0
    return configuration.default_session_expiry_minutes


def configure(universe: Universe, name: str, default: int) -> None:
    """Configure a connector behind CloudFormation's back."""
    universe.service.put_configuration(
        Connector(REGION, name),
        ProxyConfiguration(default_session_expiry_minutes=default, phone_number_countries=("US",)),
    )


def test_create_and_delete(universe: Universe) -> None:
    """A connector is configured while the stack is there, and a session of the stack can be made."""
    stack = universe.new_stack()

    template = {"Proxy": proxy(), "Ride": Declared(SESSION)}
    assert universe.cloudformation.create(stack, template)
    assert configured(universe) == {ONE: 60}
    assert universe.wire.calls[-1] == "CreateProxySession"

    assert universe.cloudformation.delete(stack)
    assert configured(universe) == {}
    assert universe.wire.calls[-2:] == ["DeleteProxySession", "DeleteVoiceConnectorProxy"]


def test_existing_configuration_fails_a_create_and_survives_it(universe: Universe) -> None:
    """A stack that would take over a configuration fails, and its rollback leaves it alone."""
    configure(universe, ONE, 5)
    stack = universe.new_stack()

    assert not universe.cloudformation.create(stack, {"Proxy": proxy()})

    assert universe.cloudformation.delete(stack)
    assert configured(universe) == {ONE: 5}


def test_retained_configuration_is_adopted(universe: Universe) -> None:
    """A configuration that one stack retained can be taken over by the next."""
    first, second = universe.new_stack(), universe.new_stack()
    universe.cloudformation.create(first, {"Proxy": proxy(retain=True)})
    universe.cloudformation.delete(first)
    assert configured(universe) == {ONE: 60}

    adopting = proxy(AdoptExisting=True, DefaultSessionExpiryMinutes=90)
    assert universe.cloudformation.create(second, {"Proxy": adopting})

    assert configured(universe) == {ONE: 90}
    assert universe.cloudformation.delete(second)
    assert configured(universe) == {}


def test_replacement_configures_the_new_connector_alone(universe: Universe) -> None:
    """Another connector is configured, and the first one no longer is."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Proxy": proxy()})

    assert universe.cloudformation.update(stack, {"Proxy": proxy(TWO)})

    assert configured(universe) == {TWO: 60}


@pytest.mark.parametrize("rollback", Rollback)
@pytest.mark.parametrize("change", [proxy(TWO), proxy(DefaultSessionExpiryMinutes=90)])
def test_rollback_after_success(universe: Universe, change: Declared, rollback: Rollback) -> None:
    """When another resource fails after the update, the first configuration is back, and alone."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Proxy": proxy()})

    universe.cloudformation.update(stack, {"Proxy": change}, sibling_fails=True, rollback=rollback)

    assert configured(universe) == {ONE: 60}
    # Create, Update, the way back, and at most one cleanup: nothing had to be tried again.
    assert len(universe.cloudformation.events) <= 4


@pytest.mark.parametrize("rollback", Rollback)
@pytest.mark.parametrize(
    "faults",
    [
        [ApiFault.DENIED] * 6,
        [ApiFault.NONE, *[ApiFault.ERROR_AFTER] * 6],
        [ApiFault.NONE, *[ApiFault.ERROR_BEFORE] * 6],
        [ApiFault.NONE, *[ApiFault.SLOW] * 6],
        [ApiFault.NONE, *[ApiFault.CRASH_AFTER] * 2],
    ],
)
def test_failed_replacement(universe: Universe, faults: list[ApiFault], rollback: Rollback) -> None:
    """A replacement that fails halfway leaves the first configuration, and it alone."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Proxy": proxy()})
    universe.wire.faults.extend(faults)

    if universe.cloudformation.update(stack, {"Proxy": proxy(TWO)}, rollback=rollback):
        assert configured(universe) == {TWO: 60}
    else:
        assert configured(universe) == {ONE: 60}


def test_replacement_that_is_refused(universe: Universe) -> None:
    """An update to a connector that is configured already fails, and both stay as they were."""
    configure(universe, TWO, 5)
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Proxy": proxy()})

    assert not universe.cloudformation.update(stack, {"Proxy": proxy(TWO)})

    assert configured(universe) == {ONE: 60, TWO: 5}


@pytest.mark.parametrize(
    "fault",
    [
        ApiFault.THROTTLED,
        ApiFault.ERROR_AFTER,
        ApiFault.RESET_AFTER,
        ApiFault.GARBLED,
        ApiFault.CRASH_BEFORE,
        ApiFault.CRASH_AFTER,
        ApiFault.DENIED,
    ],
)
@pytest.mark.parametrize("calls_before", [0, 1])
def test_faults_on_create(universe: Universe, fault: ApiFault, calls_before: int) -> None:
    """Whatever befalls a call of a Create once, the connector is configured in the end."""
    stack = universe.new_stack()
    universe.wire.faults.extend([*[ApiFault.NONE] * calls_before, fault])

    assert universe.cloudformation.create(stack, {"Proxy": proxy()})

    universe.settle()
    assert configured(universe) == {ONE: 60}
    assert universe.cloudformation.delete(stack)
    assert configured(universe) == {}


@pytest.mark.parametrize("fault", [BucketFault.REFUSED, BucketFault.TAKEN_LOST])
def test_unknown_end_that_nobody_is_told_of(universe: Universe, fault: BucketFault) -> None:
    """A configuration that was made goes too where the failure's answer does not arrive."""
    stack = universe.new_stack()
    universe.wire.faults.extend([ApiFault.NONE, *[ApiFault.ERROR_AFTER] * 6])
    universe.bucket.faults.append(fault)

    assert not universe.cloudformation.create(stack, {"Proxy": proxy()})

    assert configured(universe) == {}


@pytest.mark.parametrize("last", [ApiFault.ERROR_AFTER, ApiFault.DENIED, ApiFault.THROTTLED])
def test_create_whose_end_is_unknown(universe: Universe, last: ApiFault) -> None:
    """A configuration that was made, though every answer was an error, goes with the rollback."""
    stack = universe.new_stack()
    universe.wire.faults.extend([ApiFault.NONE, ApiFault.ERROR_AFTER, *[last] * 5])

    assert not universe.cloudformation.create(stack, {"Proxy": proxy()})

    assert configured(universe) == {}


def test_configuration_deleted_by_hand_is_put_again(universe: Universe) -> None:
    """A configuration that somebody deleted by hand is made again by an update."""
    stack = universe.new_stack()
    universe.cloudformation.create(stack, {"Proxy": proxy()})
    universe.service.delete_configuration(Connector(REGION, ONE))

    assert universe.cloudformation.update(stack, {"Proxy": proxy(DefaultSessionExpiryMinutes=90)})

    assert configured(universe) == {ONE: 90}
