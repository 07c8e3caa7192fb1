"""SDK clients of the account's root on a local cloud."""

from typing import Any

import botocore.session
from botocore.config import Config

from chime_proxy_local.environment import REGION

# A proxy that the user needs elsewhere is not asked for this machine.
_DIRECT = Config(proxies={})


def root_client(
    service: str, endpoint: str, *, region: str = REGION, config: Config | None = None
) -> Any:
    """Make a client.

    Args:
        service: the SDK's name of the service, such as `lambda`.
        endpoint: the cloud's URL.
        region: the AWS region. Default: that of the cloud.
        config: further settings. Default: the SDK's own.
    """
    return botocore.session.get_session().create_client(
        service,
        region,
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the local root's
        config=_DIRECT.merge(config) if config else _DIRECT,
    )
