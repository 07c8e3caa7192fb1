"""The provider and the floor, synthesized once."""

import pytest
from benchmarks.peers.approach import Approach
from benchmarks.peers.workshop import Workshop


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A workshop of the tests' own."""
    return Workshop(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def provider(workshop: Workshop) -> Approach:
    """The provider of this project."""
    return Approach("provider", workshop, workshop.synthesize("provider", 1))


@pytest.fixture(scope="session")
def bare(workshop: Workshop) -> Approach:
    """A handler that does nothing but the calls."""
    return Approach("bare", workshop, workshop.synthesize("bare", 1))
