"""The types of resources that the provider serves."""

from collections.abc import Callable, Mapping

from chime_proxy_provider.lifecycle.resource_type import Kind, Means
from chime_proxy_provider.proxy_session import resource as proxy_session
from chime_proxy_provider.voice_connector_proxy import resource as voice_connector_proxy

KINDS: Mapping[str, Callable[[Means], Kind]] = {
    proxy_session.SCHEMA.type_name: proxy_session.ProxySessionKind.of,
    voice_connector_proxy.SCHEMA.type_name: voice_connector_proxy.VoiceConnectorProxyKind.of,
}
