"""The page, with a connector that may have sessions."""

import pytest
from tests.console.site import CONNECTOR, Site

from chime_proxy_service.session import Connector


@pytest.fixture
def site() -> Site:
    """A page of a service with one configured voice connector and no session."""
    site = Site()
    site.configure()
    return site


@pytest.fixture
def elsewhere() -> Connector:
    """A connector of the same id in another region."""
    return Connector("eu-west-1", CONNECTOR.voice_connector_id)
