"""The API's calls for proxy configurations. Every failure is a `ProviderError`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from chime_proxy_provider.aws.retry import PASSING_WITH_PERMISSION
from chime_proxy_provider.errors import ServiceInternalError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient

    from chime_proxy_provider.aws.retry import Retry
    from chime_proxy_provider.lifecycle.identifier import Key

    Configuration: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Configurations:
    """Calls the API with the function's role, until a deadline."""

    client: Callable[[], ChimeSDKVoiceClient]
    retry: Retry

    def put(self, properties: Mapping[str, Any]) -> Configuration:
        """Put a connector's configuration in place of any other."""
        return self._proxy(partial(self.client().put_voice_connector_proxy, **properties))

    def get(self, key: Key) -> Configuration:
        """Read a connector's configuration."""
        return self._proxy(partial(self.client().get_voice_connector_proxy, **key))

    def delete(self, key: Key) -> None:
        """Delete a connector's configuration."""
        self.retry.call(partial(self.client().delete_voice_connector_proxy, **key))

    def _proxy(self, call: Callable[[], Mapping[str, Any]]) -> Configuration:
        # A response that was cut short is asked for again: a second put changes nothing.
        return self.retry.call(lambda: _configuration(call()), passing=PASSING_WITH_PERMISSION)


def _configuration(answer: Mapping[str, Any]) -> Configuration:
    configuration: Configuration = answer.get("Proxy", {})
    if "DefaultSessionExpiryMinutes" not in configuration:
        msg = "the API's response holds no proxy configuration"
        raise ServiceInternalError(msg)
    return configuration
