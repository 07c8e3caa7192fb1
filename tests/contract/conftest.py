"""A universe for each test, and a resource in it."""

import pytest
from tests.contract.resource import Resource
from tests.contract.universe import Universe


@pytest.fixture
def universe() -> Universe:
    """A universe in which nothing has happened."""
    return Universe()


@pytest.fixture
def resource(universe: Universe) -> Resource:
    """A resource that nobody has asked for yet."""
    return Resource(universe, universe.new_stack())
