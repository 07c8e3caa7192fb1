"""`Custom::ChimeVoiceConnectorProxy`: a connector's proxy configuration as a type of resource.

PutVoiceConnectorProxy writes over whatever a connector has, and a configuration does not tell
whose it is. So one that is there already is left alone, unless it is asked for.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from chime_proxy_provider.cloudformation.request_age import is_fresh
from chime_proxy_provider.errors import AlreadyExists, NotFound, ProviderError
from chime_proxy_provider.lifecycle.resource_type import Created, ResourceType
from chime_proxy_provider.lifecycle.schema import Schema
from chime_proxy_provider.voice_connector_proxy.api import Configurations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.resource_type import Dependencies
    from chime_proxy_provider.voice_connector_proxy.api import Configuration

_FALLBACK = "FallBackPhoneNumber"
SCHEMA = Schema.load(Path(__file__).with_name("schema.json"))


@dataclass(frozen=True, slots=True)
class VoiceConnectorProxyType(ResourceType):
    """Proxy configurations.

    What a Create left that never answered is not looked for: it cannot be told from a
    configuration that was there before.
    """

    dependencies: Dependencies
    configurations: Configurations
    schema = SCHEMA

    @classmethod
    def of(cls, dependencies: Dependencies) -> Self:
        """The configurations that can be reached by some dependencies."""
        return cls(dependencies, Configurations(dependencies.client, dependencies.retry))

    def create(self, request: Request, desired: DesiredState) -> Created:
        """Configure the connector, unless somebody else did."""
        is_first = is_fresh(request.address.response_url, self.dependencies.now())
        existing = self._existing(desired, is_first=is_first)
        if existing is None:
            return Created(self._made(desired), is_new=True)
        if not is_first and not _differing(existing, desired):
            return Created(existing, is_new=False)
        if not desired.declared.get("AdoptExisting"):
            msg = "the voice connector has a proxy configuration already: AdoptExisting takes it"
            raise AlreadyExists(msg)
        return Created(self.configurations.put(desired.properties), is_new=False)

    def read(self, key: Key, desired: DesiredState) -> Configuration | None:
        """The configuration, made again where it is gone, or is not what is asked for."""
        with suppress(NotFound):
            # A rollback that failed halfway may know the connector that the attempt was about.
            existing = self.configurations.get(self.key({}, desired))
            if not _differing(existing, desired):
                return existing
        return self.configurations.put(desired.properties)

    def update(self, key: Key, desired: DesiredState) -> Configuration | None:
        """The configuration as asked for."""
        return self.configurations.put(desired.properties)

    def delete(self, key: Key) -> None:
        """Delete the configuration."""
        self.configurations.delete(key)

    def replaced(
        self,
        request: Request,
        key: Key,
        old: Mapping[str, Any],
        desired: DesiredState,
    ) -> Key | None:
        """The configuration that is there already if a replacement is taken back."""
        wanted = self.key({}, desired)
        if wanted == key:
            return key
        try:
            existing = self.configurations.get(wanted)
        except NotFound:
            return None
        # What is read now may be another number than the one that was read then.
        return None if _differing(existing, desired) - desired.referring else wanted

    def _existing(self, desired: DesiredState, *, is_first: bool) -> Configuration | None:
        try:
            return self.configurations.get(self.key({}, desired))
        except NotFound:
            return None
        except ProviderError as error:
            # Only an earlier delivery can have made one: this one has just begun.
            error.outcome_unknown = not is_first
            raise

    def _made(self, desired: DesiredState) -> Configuration:
        try:
            return self.configurations.put(desired.properties)
        except ProviderError as error:
            if error.outcome_unknown:
                error.possible_physical_id = SCHEMA.identifier.physical_id(self.key({}, desired))
            raise


def _differing(existing: Configuration, desired: DesiredState) -> set[str]:
    """The properties that a configuration does not have as they are asked for."""
    wanted = {"Disabled": False, _FALLBACK: None, **desired.properties}
    found = {
        **existing,
        "PhoneNumberPoolCountries": sorted(existing.get("PhoneNumberCountries", [])),
        "Disabled": existing.get("Disabled", False),
        _FALLBACK: existing.get(_FALLBACK),
    }
    names = wanted.keys() - SCHEMA.create_only
    return {name for name in names if _without_plus(found[name]) != _without_plus(wanted[name])}


def _without_plus(value: object) -> object:
    return value.removeprefix("+") if isinstance(value, str) else value
