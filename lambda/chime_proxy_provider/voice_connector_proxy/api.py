"""Proxy configurations of voice connectors in the API. Every failure is a `ProviderError`."""

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
    """The configurations that the function's role may reach, until a deadline."""

    client: Callable[[], ChimeSDKVoiceClient]
    retry: Retry

    def put(self, properties: Mapping[str, Any]) -> Configuration:
        """Make a connector's configuration these properties and nothing else."""
        return self._proxy(partial(self.client().put_voice_connector_proxy, **properties))

    def get(self, key: Key) -> Configuration:
        """A connector's configuration as it is now."""
        return self._proxy(partial(self.client().get_voice_connector_proxy, **key))

    def delete(self, key: Key) -> None:
        """Delete a connector's configuration."""
        self.retry.call(partial(self.client().delete_voice_connector_proxy, **key))

    def _proxy(self, call: Callable[[], Mapping[str, Any]]) -> Configuration:
        # An answer cut short is asked for again: to put twice what was put is no harm.
        return self.retry.call(lambda: _configuration(call()), passing=PASSING_WITH_PERMISSION)


def _configuration(answer: Mapping[str, Any]) -> Configuration:
    configuration: Configuration = answer.get("Proxy", {})
    if "DefaultSessionExpiryMinutes" not in configuration:
        msg = "the API's answer holds no proxy configuration"
        raise ServiceInternalError(msg)
    return configuration
