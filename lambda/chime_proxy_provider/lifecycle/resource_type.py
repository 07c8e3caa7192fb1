"""A type of resource: what the lifecycle, which all types share, must know of it.

A type is a schema file and a class with its calls. What only some types need, such as looking for
what a lost answer left, has a default here.
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
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.schema import Schema

    Model: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a type's calls are made with, and until when."""

    client: ChimeSDKVoiceClient
    retry: Retry
    references: NumberReferences
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Created:
    """A resource as the API describes it, and whether it was made just now or found."""

    model: Model
    is_new: bool


class ResourceType(ABC):
    """One type of resource.

    Every method may raise a `ProviderError`. A model is a resource as the API describes it.
    """

    __slots__ = ()
    schema: Schema
    dependencies: Dependencies

    @abstractmethod
    def create(self, request: Request, desired: DesiredState) -> Created:
        """Make the resource of a request, or find the one that an earlier delivery made."""

    @abstractmethod
    def read(self, key: Key, desired: DesiredState) -> Model | None:
        """The resource as it is, or None where it takes a new one."""

    @abstractmethod
    def update(self, key: Key, desired: DesiredState) -> Model | None:
        """The resource, changed in place, or None where it takes a new one."""

    @abstractmethod
    def delete(self, key: Key) -> None:
        """Delete the resource."""

    def desired(self, declared: Mapping[str, Any]) -> DesiredState:
        """What declared properties ask for, with texts in place of references."""
        return resolve(self.schema, self.dependencies.references, declared, reveal=False)

    def replaced(
        self, request: Request, key: Key, old: Mapping[str, Any], desired: DesiredState
    ) -> Key | None:
        """What a replacement that is taken back goes back to; None for a new resource.

        Args:
            request: an Update from properties to others that take a replacement.
            key: the resource that CloudFormation knows.
            old: the properties that it takes for that resource's, recast.
            desired: what is asked for.
        """
        return None

    def given_back(self, request: Request, key: Key, desired: DesiredState) -> Key | None:
        """What an update in place goes back to if it takes a replacement back.

        Args:
            request: an Update that gives a property back whose removal takes a replacement.
            key: the resource that CloudFormation knows.
            desired: what is asked for.
        """
        return None

    def unknown(self, request: Request, desired: DesiredState) -> Key | None:
        """What an earlier request made that CloudFormation was not told of, and that will do."""
        return None

    def leftovers(self, request: Request) -> Iterable[Key] | None:
        """What a Create left that never answered; None where nothing can be told."""
        return None

    def key(self, model: Model, desired: DesiredState) -> Key:
        """What names a resource."""
        values = {**model, **desired.properties}
        return {name: values[name] for name in self.schema.identifier.names}

    def attributes(self, model: Model, desired: DesiredState) -> Mapping[str, str]:
        """What `Fn::GetAtt` returns."""
        described = {**self.key(model, desired), **model}
        return flat_attributes(described, desired.referring, self.schema.attributes)
