"""A boto3 client of a service in an account: `from chime_proxy.sdk import client`.

It needs boto3 (`pip install 'cdk-chime-proxy[sdk]'`), and neither CDK nor Node.
"""

from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from types_boto3_chime_sdk_voice.client import ChimeSDKVoiceClient

_SIGNING_NAME = "execute-api"


def client(endpoint_url: str, session: boto3.Session | None = None) -> "ChimeSDKVoiceClient":
    """Make a `chime-sdk-voice` client of a `ProxySessionService`.

    It signs its requests for API Gateway (`execute-api`) in place of Chime. Everything else is
    boto3's own client.

    Args:
        endpoint_url: the service's, `ProxySessionService.endpoint_url`.
        session: the boto3 session with credentials and region. Default: boto3's default session.
    """
    chosen = session or boto3.Session()
    made: ChimeSDKVoiceClient = chosen.client("chime-sdk-voice", endpoint_url=endpoint_url)
    made.meta.events.register("before-sign", sign_for_api_gateway)
    return made


def sign_for_api_gateway(request: "AWSRequest", **_: Any) -> None:
    """Sign a request for API Gateway: a handler of botocore's event `before-sign`."""
    request.context.setdefault("signing", {})["signing_name"] = _SIGNING_NAME
