"""Create, Update and Delete of a resource of any type: one request in, one outcome out.

A request becomes an outcome in these steps:

    request    CloudFormation's event, checked
    declared   its properties, with integers and booleans in place of CloudFormation's strings
    desired    the same, with phone numbers read where the template names a secret or parameter
    change     Update only: nothing, in place, or a replacement
    call       the fewest calls of the API for the change
    outcome    the physical id and the attributes for the answer

Example: a stack update changes a session's participants, and another resource of the stack fails.

1. The resource has a session for participants [A, B]. The Update to [A, C] is a replacement. No
   session for [A, C] exists, so one is created, and its id is the new physical id.
2. CloudFormation rolls back. It sends an Update from [A, C] to [A, B] with the new physical id. To
   the provider this is a replacement like any other.
3. `rollback_target` looks for a session of this resource for [A, B] and finds the original one:
   CloudFormation has not deleted it yet. The outcome is its id, so A and B keep their number.
4. CloudFormation deletes the session for [A, C], since its id is no longer the resource's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.aws.error_mapping import UNREADABLE
from chime_proxy_provider.cloudformation.event import RequestType
from chime_proxy_provider.cloudformation.outcome import Outcome
from chime_proxy_provider.cloudformation.request_age import is_fresh, is_stale
from chime_proxy_provider.errors import InvalidRequest, ProviderError, ServiceInternalError
from chime_proxy_provider.lifecycle.change import Change, Update

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
    """Serves the requests for resources of one type."""

    resource_type: ResourceType
    deletion: Deletion
    now: Callable[[], datetime]

    def carry_out(self, request: Request) -> Outcome:
        """Serve a request with as few calls of the API as possible.

        Raises:
            ProviderError: the request failed.
        """
        match request.request_type:
            case RequestType.CREATE:
                return self._create(request, self._desired(request))
            case RequestType.UPDATE:
                return self._update(request, self._desired(request))
            case RequestType.DELETE:
                self.deletion.delete(request)
                return Outcome(request.physical_resource_id, {})

    def _create(self, request: Request, desired: DesiredState) -> Outcome:
        created = self.resource_type.create(request, desired)
        try:
            return self._outcome(created.model, desired, is_new=created.is_new)
        except UNREADABLE:
            if created.is_new:
                self._take_back(created.model, desired)
            msg = "the API's response cannot be turned into attributes"
            raise ServiceInternalError(msg) from None

    def _take_back(self, model: Model, desired: DesiredState) -> None:
        with suppress(ProviderError):
            self.deletion.delete_resource(self.resource_type.key(model, desired))

    def _update(self, request: Request, desired: DesiredState) -> Outcome:
        schema = self.resource_type.schema
        key = schema.identifier.parse(request.physical_resource_id)
        if key is None:
            return self._create(request, desired)
        update = Update.of(schema, request, desired, key)
        target = self.resource_type.rollback_target(update) if update.may_be_rollback else None
        model = self._updated(update, target)
        if model is None:
            return self._create(request, desired)
        return self._outcome(model, desired, is_new=False)

    def _updated(self, update: Update, target: Key | None) -> Model | None:
        """An existing resource, with its properties as asked for; None to create one."""
        desired = update.desired
        if update.change is Change.REPLACEMENT:
            return self.resource_type.update(target, desired) if target else None
        key = target or update.key
        if update.change is Change.IN_PLACE:
            model = self.resource_type.update(key, desired)
        else:
            model = self.resource_type.read(key, desired)
        if model is not None:
            return model
        untracked = self.resource_type.find_untracked(update)
        return self.resource_type.update(untracked, desired) if untracked else None

    def _desired(self, request: Request) -> DesiredState:
        declared = self._declared(request)
        try:
            return self.resource_type.desired(declared)
        except ProviderError as error:
            # An earlier delivery of the event may have read the references, and created something.
            error.outcome_unknown = not is_fresh(request.address.response_url, self.now())
            raise

    def _declared(self, request: Request) -> Mapping[str, Any]:
        if is_stale(request.address.response_url, self.now(), request.patience):
            raise _too_late()
        self.resource_type.schema.check(request.properties)
        return self.resource_type.schema.recast(request.properties)

    def _outcome(self, model: Model, desired: DesiredState, *, is_new: bool) -> Outcome:
        identifier = self.resource_type.schema.identifier
        physical_id = identifier.physical_id(self.resource_type.key(model, desired))
        attributes = self.resource_type.attributes(model, desired)
        if identifier.parse(physical_id):
            return Outcome(physical_id=physical_id, attributes=attributes, is_new=is_new)
        # CloudFormation would refuse the id, or the Delete would find nothing by it.
        msg = "the API's response holds an id that is not of the API's form"
        raise ServiceInternalError(msg)


def _too_late() -> InvalidRequest:
    # CloudFormation would not hear of anything created now. An earlier delivery may have created
    # something, too.
    error = InvalidRequest("the event came after CloudFormation had stopped waiting for an answer")
    error.outcome_unknown = True
    return error
