"""The clients of AWS's APIs. boto3 is used here alone."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import DataNotFoundError

from chime_proxy_provider.aws.sdk_session import SDK_DATA, sdk_session

if TYPE_CHECKING:
    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_ssm import SSMClient

_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 1})


def api_client(sdk_data: Path = SDK_DATA) -> "ChimeSDKVoiceClient":
    """A client of the proxy-session API.

    Lambda renews botocore by itself: one that wants more data than there is gets all of its own.
    """
    session = boto3.Session(botocore_session=sdk_session(sdk_data))
    client: ChimeSDKVoiceClient
    try:
        client = session.client("chime-sdk-voice", config=_CONFIG)
    except DataNotFoundError:
        client = boto3.client("chime-sdk-voice", config=_CONFIG)
    return client


@cache
def secrets_manager() -> "SecretsManagerClient":
    """The client of Secrets Manager, made when it is first needed."""
    client: SecretsManagerClient = boto3.client("secretsmanager", config=_CONFIG)
    return client


@cache
def parameter_store() -> "SSMClient":
    """The client of Parameter Store, made when it is first needed."""
    client: SSMClient = boto3.client("ssm", config=_CONFIG)
    return client
