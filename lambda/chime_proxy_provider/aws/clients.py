"""Makes the clients of AWS's APIs, by botocore: boto3 would add a tenth to a cold start."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, DataNotFoundError
from botocore.session import get_session

from chime_proxy_provider.aws.sdk_session import SDK_DATA, sdk_session
from chime_proxy_provider.errors import InvalidTypeConfiguration

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_ssm import SSMClient

_API = "chime-sdk-voice"
_CONFIG = Config(
    connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"}
)
# botocore refuses the combination of either with an endpoint of one's own.
_OWN_ENDPOINT = _CONFIG.merge(Config(use_fips_endpoint=False, use_dualstack_endpoint=False))


def api_client(
    endpoint_url: str | None = None, signing_name: str | None = None, sdk_data: Path = SDK_DATA
) -> "ChimeSDKVoiceClient":
    """Make the client of the proxy-session API.

    Lambda updates botocore by itself. A botocore that finds too little in `sdk_data` gets all of
    its own data.

    Args:
        endpoint_url: the endpoint. Default: AWS's own in the function's region.
        signing_name: the service that requests are signed for, such as `execute-api` for an HTTP
            API. Default: the API's own, `chime`.
        sdk_data: botocore's data, cut down to this API.

    Raises:
        InvalidTypeConfiguration: the function's settings allow no client.
    """
    config = _OWN_ENDPOINT if endpoint_url else _CONFIG
    client: ChimeSDKVoiceClient
    with _settings_checked():
        session = sdk_session(sdk_data)
        try:
            client = session.create_client(_API, endpoint_url=endpoint_url, config=config)
        except DataNotFoundError:
            client = get_session().create_client(_API, endpoint_url=endpoint_url, config=config)
    if signing_name:
        client.meta.events.register("before-sign", partial(_sign_for, signing_name))
    return client


def _sign_for(service: str, request: "AWSRequest", **_: Any) -> None:
    request.context.setdefault("signing", {})["signing_name"] = service


@cache
def secrets_manager() -> "SecretsManagerClient":
    """Make the client of Secrets Manager, when it is first needed."""
    with _settings_checked():
        client: SecretsManagerClient = get_session().create_client("secretsmanager", config=_CONFIG)
    return client


@cache
def parameter_store() -> "SSMClient":
    """Make the client of Parameter Store, when it is first needed."""
    with _settings_checked():
        client: SSMClient = get_session().create_client("ssm", config=_CONFIG)
    return client


@contextmanager
def _settings_checked() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ValueError) as error:
        # The text of the error may hold the whole address.
        msg = (
            f"the provider's function cannot make a client ({type(error).__name__}): its endpoint "
            "must be a URL such as https://calls.example.com, see the provider's endpoint_url and "
            "the function's environment variables AWS_..."
        )
        raise InvalidTypeConfiguration(msg) from None
