"""A cloud that tests talk to."""

from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config

from chime_proxy_local.environment import REGION
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who a client is."""

    access_key: str
    secret_key: str
    token: str | None = None


ROOT_CREDENTIALS = Credentials("test", "test")


@dataclass(frozen=True, slots=True)
class RunningCloud:
    """A cloud that runs."""

    folder: Folder
    port: int

    def client(
        self,
        service: str,
        credentials: Credentials = ROOT_CREDENTIALS,
        config: Config | None = None,
    ) -> Any:
        """Return an SDK client, of the account's root unless credentials say otherwise."""
        return botocore.session.get_session().create_client(
            service,
            REGION,
            endpoint_url=endpoint(self.port),
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.token,
            config=config,
        )
