"""A universe for each test, and a resource in it."""

import pytest
from crhelper import CfnResource
from tests.contract.resource import Resource
from tests.contract.universe import Universe


@pytest.fixture(autouse=True)
def _without_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set no timer of crhelper's: it counts real seconds, and a universe has a clock of its own.

    On a machine that stands still for a minute it would ring in the middle of a history.
    """
    monkeypatch.setattr(CfnResource, "_set_timeout", lambda _: None)


@pytest.fixture
def universe() -> Universe:
    """A universe in which nothing has happened."""
    return Universe()


@pytest.fixture
def resource(universe: Universe) -> Resource:
    """A resource that nobody has asked for yet."""
    return Resource(universe, universe.new_stack())
