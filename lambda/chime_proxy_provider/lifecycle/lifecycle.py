"""Create, Update and Delete of a resource of any type: one request in, one outcome out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.aws.error_mapping import UNREADABLE
from chime_proxy_provider.cloudformation.event import RequestType
from chime_proxy_provider.cloudformation.outcome import Outcome
from chime_proxy_provider.cloudformation.request_age import is_fresh, is_stale
from chime_proxy_provider.errors import InvalidRequest, ProviderError, ServiceInternalError
from chime_proxy_provider.lifecycle.change import Change, compare, is_given_back

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.deletion import Deletion
    from chime_proxy_provider.lifecycle.desired_state import DesiredState
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.resource_type import Model, ResourceType


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The provider's decisions, carried out on resources of one type."""

    resource_type: ResourceType
    deletion: Deletion
    now: Callable[[], datetime]

    def carry_out(self, request: Request) -> Outcome:
        """Do what the request asks for, with the fewest calls that it needs.

        Raises:
            ProviderError: why it cannot be done.
        """
        match request.request_type:
            case RequestType.CREATE:
                return self._deletable(self._create(request, self._desired(request)))
            case RequestType.UPDATE:
                return self._deletable(self._update(request, self._desired(request)))
            case RequestType.DELETE:
                self.deletion.delete(request)
                return Outcome(request.physical_resource_id, {})

    def _desired(self, request: Request) -> DesiredState:
        declared = self._declared(request)
        try:
            return self.resource_type.desired(declared)
        except ProviderError as error:
            # An earlier delivery of the event may have got further, and made something.
            error.outcome_unknown = not is_fresh(request.address.response_url, self.now())
            raise

    def _declared(self, request: Request) -> Mapping[str, Any]:
        if is_stale(request.address.response_url, self.now(), request.patience):
            raise _too_late()
        properties = self.resource_type.schema.recast(request.properties)
        self.resource_type.schema.check(properties)
        return properties

    def _create(self, request: Request, desired: DesiredState) -> Outcome:
        created = self.resource_type.create(request, desired)
        try:
            return self._outcome(created.model, desired, is_new=created.is_new)
        except UNREADABLE:
            if created.is_new:
                self._take_back(created.model, desired)
            msg = "the API's answer describes nothing that CloudFormation could be told of"
            raise ServiceInternalError(msg) from None

    def _take_back(self, model: Model, desired: DesiredState) -> None:
        with suppress(ProviderError):
            self.deletion.delete_resource(self.resource_type.key(model, desired))

    def _update(self, request: Request, desired: DesiredState) -> Outcome:
        key = self.resource_type.schema.identifier.parse(request.physical_resource_id)
        model = self._kept(request, key, desired) if key else None
        if model is None:
            return self._create(request, desired)
        return self._outcome(model, desired, is_new=False)

    def _kept(self, request: Request, key: Key, desired: DesiredState) -> Model | None:
        """A resource that is there, with its properties as asked for, or None for a new one."""
        schema = self.resource_type.schema
        old = schema.recast(request.old_properties)
        change = compare(schema, old, desired.declared)
        if change is Change.REPLACEMENT:
            earlier = self.resource_type.replaced(request, key, old, desired)
            return self.resource_type.update(earlier, desired) if earlier else None
        if is_given_back(schema, old, desired.declared):
            key = self.resource_type.given_back(request, key, desired) or key
        model = self._changed(key, change, desired)
        return model if model is not None else self._unknown(request, desired)

    def _changed(self, key: Key, change: Change, desired: DesiredState) -> Model | None:
        if change is Change.IN_PLACE:
            return self.resource_type.update(key, desired)
        return self.resource_type.read(key, desired)

    def _unknown(self, request: Request, desired: DesiredState) -> Model | None:
        unknown = self.resource_type.unknown(request, desired)
        return self.resource_type.update(unknown, desired) if unknown else None

    def _outcome(self, model: Model, desired: DesiredState, *, is_new: bool) -> Outcome:
        key = self.resource_type.key(model, desired)
        return Outcome(
            physical_id=self.resource_type.schema.identifier.physical_id(key),
            attributes=self.resource_type.attributes(model, desired),
            is_new=is_new,
        )

    def _deletable(self, outcome: Outcome) -> Outcome:
        if self.resource_type.schema.identifier.parse(outcome.physical_id):
            return outcome
        # CloudFormation would not take the id, or the Delete would find nothing by it.
        msg = "the API's answer holds an id that is not of the API's form"
        raise ServiceInternalError(msg)


def _too_late() -> InvalidRequest:
    # What would be made now nobody would know of, and nobody knows what was made before.
    error = InvalidRequest("the event came after CloudFormation had stopped waiting for an answer")
    error.outcome_unknown = True
    return error
