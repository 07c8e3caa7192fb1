"""Deletes a resource, or the leftovers of a Create without an answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from chime_proxy_provider.cloudformation.marker_id import says_nothing_created
from chime_proxy_provider.errors import (
    GeneralServiceException,
    InvalidTypeConfiguration,
    NotFound,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chime_proxy_provider.cloudformation.event import Request
    from chime_proxy_provider.lifecycle.identifier import Key
    from chime_proxy_provider.lifecycle.resource_type import ResourceType

# A Create that CloudFormation cancelled may still be at work when the Delete arrives.
_SECOND_LOOK_SECONDS = 5.0


class RefusedDeletion(StrEnum):
    """The answer to a Delete refused by the API itself, for example after its end of support.

    `FAIL` fails the Delete. `ABANDON` succeeds, and leaves the resource where it is.
    """

    FAIL = "fail"
    ABANDON = "abandon"

    @classmethod
    def of(cls, text: str) -> Self:
        """Read the setting of the provider's function.

        Raises:
            InvalidTypeConfiguration: the text is no such setting.
        """
        try:
            return cls(text)
        except ValueError:
            msg = f"the function's variable REFUSED_DELETION must be one of {', '.join(cls)}"
            raise InvalidTypeConfiguration(msg) from None


@dataclass(frozen=True, slots=True)
class Deletion:
    """Deletes resources of one type."""

    resource_type: ResourceType
    refused: str
    """A value of `RefusedDeletion`. It is read when the API refuses, and no sooner."""
    sleep: Callable[[float], None]

    def delete(self, request: Request) -> None:
        """Delete the resource of a request's physical id.

        One call for the id of a resource, none for the marker of a Create that created nothing. Any
        other id is the marker of an interrupted Create, or was invented by CloudFormation when it
        cancelled one: the resource type looks for the leftovers of that Create.

        Raises:
            ProviderError: something may be left. A missing resource is no failure.
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
            if RefusedDeletion.of(self.refused) is RefusedDeletion.FAIL:
                msg = (
                    f"{error}. If the service has ended, delete the stack again and retain this "
                    "resource; a provider in another stack can be set to ABANDON"
                )
                raise GeneralServiceException(msg) from None

    def delete_resource(self, key: Key) -> None:
        """Delete one resource. A missing one counts as deleted."""
        with suppress(NotFound):
            self.resource_type.delete(key)

    def _sweep(self, request: Request) -> bool:
        """Delete the leftovers of the Create; True if there is no reason to look again."""
        leftovers = self.resource_type.leftovers(request)
        if leftovers is None:
            return True
        found = list(leftovers)
        for key in found:
            self.delete_resource(key)
        return bool(found)
