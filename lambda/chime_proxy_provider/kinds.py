"""The types of resources that the provider serves."""

from collections.abc import Callable, Mapping

from chime_proxy_provider import proxy_session, voice_connector_proxy
from chime_proxy_provider.kind import Kind, Means

KINDS: Mapping[str, Callable[[Means], Kind]] = {
    proxy_session.SCHEMA.type_name: proxy_session.ProxySessionKind.of,
    voice_connector_proxy.SCHEMA.type_name: voice_connector_proxy.VoiceConnectorProxyKind.of,
}
