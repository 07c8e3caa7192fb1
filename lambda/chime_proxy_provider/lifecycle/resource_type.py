"""The interface between the lifecycle, shared by all resource types, and one resource type.

A resource type is a schema file and a class for its calls. Methods for some types only, such as the
search for a resource after a lost response, have a default here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from chime_proxy_provider.lifecycle.attributes import flat_attributes
from chime_proxy_provider.lifecycle.desired_state import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from types_boto3_chime_sdk_voice import ChimeSDKVoiceClient

    from chime_proxy_provider.aws.number_references import NumberReferences
    from chime_proxy_provider.aws.retry import Retry
    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.change import Update
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.schema import Schema

    Model: TypeAlias = Mapping[str, Any]
    """A resource as the API describes it."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Client, retry policy, secret reader and clock of one request.

    The client comes as a function: a request without calls is served even if no client can be made.
    """

    client: Callable[[], ChimeSDKVoiceClient]
    retry: Retry
    references: NumberReferences
    now: Callable[[], datetime]
    knows_keys: bool = False
    """True if the API is the project's service, which knows idempotency keys."""


@dataclass(frozen=True, slots=True)
class Created:
    """The resource of a Create; `is_new` is False if an earlier delivery created it."""

    model: Model
    is_new: bool


class ResourceType(ABC):
    """One resource type. Every method may raise a `ProviderError`."""

    __slots__ = ()
    schema: Schema
    dependencies: Dependencies

    @abstractmethod
    def create(self, request: Request, desired: DesiredState) -> Created:
        """Create the resource of a request, or find the one from an earlier delivery."""

    @abstractmethod
    def read(self, key: Key, desired: DesiredState) -> Model | None:
        """Read the resource; None if a new one has to be created."""

    @abstractmethod
    def update(self, key: Key, desired: DesiredState) -> Model | None:
        """Change the resource in place; None if a new one has to be created."""

    @abstractmethod
    def delete(self, key: Key) -> None:
        """Delete the resource."""

    def desired(self, declared: Mapping[str, Any]) -> DesiredState:
        """The desired state for declared properties, with references read."""
        return resolve(self.schema, self.dependencies.references, declared, reveal=False)

    def rollback_target(self, update: Update) -> Key | None:
        """The existing resource to return to after a rolled back update; None to create one.

        Args:
            update: an Update that may be a rollback.
        """
        return None

    def find_untracked(self, update: Update) -> Key | None:
        """A matching resource, created by an earlier request but never reported.

        Args:
            update: an Update; its own resource is gone.
        """
        return None

    def leftovers(self, request: Request) -> Iterable[Key] | None:
        """The resources of a Create without an answer; None if there is no way to find them."""
        return None

    def key(self, model: Model, desired: DesiredState) -> Key:
        """The identifiers of a resource, by the names of the API's parameters."""
        values = {**model, **desired.properties}
        return {name: values[name] for name in self.schema.identifier.names}

    def attributes(self, model: Model, desired: DesiredState) -> Mapping[str, str]:
        """The values for `Fn::GetAtt`."""
        described = {**self.key(model, desired), **model}
        return flat_attributes(described, desired.referring, self.schema.attributes)
