"""`Custom::ChimeVoiceConnectorProxy`: the resource type of a connector's proxy configuration.

PutVoiceConnectorProxy overwrites a configuration, and a configuration does not show its owner. So a
Create leaves an existing one alone, unless `AdoptExisting` is declared.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from chime_proxy_provider.cloudformation.request_age import is_fresh
from chime_proxy_provider.errors import AlreadyExists, NotFound, ProviderError
from chime_proxy_provider.lifecycle.change import Change
from chime_proxy_provider.lifecycle.resource_type import Created, ResourceType
from chime_proxy_provider.lifecycle.schema import Schema
from chime_proxy_provider.phone_number import digits
from chime_proxy_provider.voice_connector_proxy.api import Configurations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.change import Update
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.resource_type import Dependencies
    from chime_proxy_provider.voice_connector_proxy.api import Configuration

SCHEMA = Schema.load(Path(__file__).with_name("schema.json"))


@dataclass(frozen=True, slots=True)
class VoiceConnectorProxyType(ResourceType):
    """Proxy configurations.

    The leftovers of a Create without an answer cannot be found: its configuration looks like an
    earlier one.
    """

    dependencies: Dependencies
    configurations: Configurations
    schema = SCHEMA

    @classmethod
    def of(cls, dependencies: Dependencies) -> Self:
        """The resource type with its calls."""
        return cls(dependencies, Configurations(dependencies.client, dependencies.retry))

    def create(self, request: Request, desired: DesiredState) -> Created:
        """Configure the connector, unless it has a configuration already."""
        is_first = is_fresh(request.address.response_url, self.dependencies.now())
        existing = self._existing(desired, is_first=is_first)
        if existing is None:
            return Created(self._put_new(desired), is_new=True)
        if not is_first and not _differing(existing, desired):
            return Created(existing, is_new=False)
        if not desired.declared.get("AdoptExisting"):
            msg = (
                "the voice connector already has a proxy configuration; set AdoptExisting to true "
                "to take it over, or delete it first"
            )
            raise AlreadyExists(msg)
        return Created(self.configurations.put(desired.properties), is_new=False)

    def read(self, key: Key, desired: DesiredState) -> Configuration | None:
        """Read the configuration; put it again if it is gone or differs from the desired one."""
        with suppress(NotFound):
            # After a rollback that failed halfway, the key may name the attempt's connector.
            existing = self.configurations.get(self.key({}, desired))
            if not _differing(existing, desired):
                return existing
        return self.configurations.put(desired.properties)

    def update(self, key: Key, desired: DesiredState) -> Configuration | None:
        """Put the desired configuration."""
        return self.configurations.put(desired.properties)

    def delete(self, key: Key) -> None:
        """Delete the configuration."""
        self.configurations.delete(key)

    def rollback_target(self, update: Update) -> Key | None:
        """The connector's existing configuration, if it equals the desired one."""
        if update.change is not Change.REPLACEMENT:
            return None
        desired = update.desired
        wanted = self.key({}, desired)
        if wanted == update.key:
            return wanted
        try:
            existing = self.configurations.get(wanted)
        except NotFound:
            return None
        # A secret may hold another number now than the configuration was put with.
        return None if _differing(existing, desired) - desired.referring else wanted

    def _existing(self, desired: DesiredState, *, is_first: bool) -> Configuration | None:
        try:
            return self.configurations.get(self.key({}, desired))
        except NotFound:
            return None
        except ProviderError as error:
            # A first delivery has put nothing yet; an earlier one may have.
            error.outcome_unknown = not is_first
            raise

    def _put_new(self, desired: DesiredState) -> Configuration:
        try:
            return self.configurations.put(desired.properties)
        except ProviderError as error:
            if error.outcome_unknown:
                error.possible_physical_id = SCHEMA.identifier.physical_id(self.key({}, desired))
            raise


def _differing(existing: Configuration, desired: DesiredState) -> set[str]:
    """The names of the properties with another value than desired."""
    found = _comparable(
        {**existing, "PhoneNumberPoolCountries": sorted(existing.get("PhoneNumberCountries", []))}
    )
    wanted = _comparable(desired.properties)
    return {name for name in wanted.keys() - SCHEMA.create_only if found[name] != wanted[name]}


def _comparable(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    fallback = properties.get("FallBackPhoneNumber")
    return {
        "Disabled": False,
        **properties,
        "FallBackPhoneNumber": fallback and digits(fallback),
    }
