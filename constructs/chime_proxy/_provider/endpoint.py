"""Checks of `endpoint_url`, and the warning about AWS's own endpoint."""

import re
from urllib.parse import urlsplit

from aws_cdk import Annotations
from constructs import Construct

from chime_proxy._deferred_value import is_deferred

_WEB_ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")
_AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_END_OF_SUPPORT_ID = "cdk-chime-proxy:endOfSupport"
_END_OF_SUPPORT = (
    "AWS ended support for proxy sessions on 2026-04-07: its endpoint may refuse every call. "
    "Set endpoint_url of the ProxySessionProvider to a service that still answers them"
)
_NETWORK_ID = "cdk-chime-proxy:serviceFromVpc"
_NETWORK = (
    "The provider is in a VPC, and its service is an HTTP API, which has no private endpoint: the "
    "subnets need a route to a NAT gateway. A VPC endpoint for execute-api with private DNS would "
    "answer 403. Acknowledge this if the route is there"
)


def check_endpoint(endpoint_url: str | None) -> None:
    """Refuse an endpoint other than a web address.

    Raises:
        ValueError: `endpoint_url` is not an http or https address.
    """
    if endpoint_url is None or is_deferred(endpoint_url):
        return
    if not _WEB_ADDRESS.fullmatch(endpoint_url):
        msg = "endpoint_url must be an http or https address"
        raise ValueError(msg)


def warn_of_end_of_support(construct: Construct, endpoint_url: str | None) -> None:
    """Warn of a provider on AWS's own endpoint; the warning can be acknowledged by its id."""
    if _is_aws(endpoint_url):
        Annotations.of(construct).add_warning_v2(_END_OF_SUPPORT_ID, _END_OF_SUPPORT)


def warn_of_network(construct: Construct) -> None:
    """Warn of a provider in a VPC whose service is an HTTP API, by an id to acknowledge."""
    Annotations.of(construct).add_warning_v2(_NETWORK_ID, _NETWORK)


def _is_aws(endpoint_url: str | None) -> bool:
    if endpoint_url is None:
        return True
    if is_deferred(endpoint_url):
        return False
    host = (urlsplit(endpoint_url).hostname or "").rstrip(".")
    return host.startswith("voice-chime") and host.endswith(_AWS_DOMAINS)
