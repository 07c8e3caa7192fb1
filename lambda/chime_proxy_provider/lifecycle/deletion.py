"""Deleting a resource, or whatever a request left that CloudFormation knows no resource of."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chime_proxy_provider.cloudformation.marker_id import says_nothing_created
from chime_proxy_provider.errors import GeneralServiceException, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.resource_type import ResourceType

# A Create that CloudFormation cancelled may still be at work when the Delete arrives.
_SECOND_LOOK_SECONDS = 5.0


class RefusedDeletion(StrEnum):
    """What becomes of a Delete that the API itself refuses, as a service does that has ended."""

    FAIL = "fail"
    ABANDON = "abandon"


@dataclass(frozen=True, slots=True)
class Deletion:
    """Deletes resources of one type."""

    resource_type: ResourceType
    refused: RefusedDeletion
    sleep: Callable[[float], None]

    def delete(self, request: Request) -> None:
        """Delete what the request's physical id stands for.

        One call for a resource, none for a Create that left nothing. For any other id, which
        CloudFormation invents when it cancels a Create, the type looks for what was left.

        Raises:
            ProviderError: something may be left. A resource that is gone is no failure.
        """
        physical_id = request.physical_resource_id
        key = self.resource_type.schema.identifier.parse(physical_id)
        try:
            if key:
                self.delete_resource(key)
            elif not says_nothing_created(physical_id) and not self._sweep(request):
                self.sleep(_SECOND_LOOK_SECONDS)
                self._sweep(request)
        except GeneralServiceException as error:
            if self.refused is RefusedDeletion.FAIL:
                msg = f"the API refuses; refused_deletion of the provider lets that pass: {error}"
                raise GeneralServiceException(msg) from None

    def delete_resource(self, key: Key) -> None:
        """Delete one resource; one that is gone is deleted."""
        with suppress(NotFound):
            self.resource_type.delete(key)

    def _sweep(self, request: Request) -> bool:
        """Delete what the request left, and say whether there is nothing more to look for."""
        leftovers = self.resource_type.leftovers(request)
        if leftovers is None:
            return True
        found = list(leftovers)
        for key in found:
            self.delete_resource(key)
        return bool(found)
