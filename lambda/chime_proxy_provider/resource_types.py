"""The resource types of the provider."""

from collections.abc import Callable, Mapping

from chime_proxy_provider.lifecycle.resource_type import Dependencies, ResourceType
from chime_proxy_provider.proxy_session import resource as proxy_session
from chime_proxy_provider.voice_connector_proxy import resource as voice_connector_proxy

RESOURCE_TYPES: Mapping[str, Callable[[Dependencies], ResourceType]] = {
    proxy_session.SCHEMA.type_name: proxy_session.ProxySessionType.of,
    voice_connector_proxy.SCHEMA.type_name: voice_connector_proxy.VoiceConnectorProxyType.of,
}
