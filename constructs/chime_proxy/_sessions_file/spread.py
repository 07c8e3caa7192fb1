"""Which stack a session of a file belongs to.

By rendezvous hashing: of all stacks, the one whose hash together with the session's key is the
highest. So where a session belongs depends on its key and on the stacks' ids, and on nothing
else: not on the other sessions, not on an order. One more stack takes an even share from all the
others, and no session moves between those.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from hashlib import sha256

from chime_proxy._sessions_file.document import Properties

_RESOURCES = 500
# For the provider's own resources and for what else is in the stack; CDK counts all of it.
_ROOM = 20
_REMEDY = (
    "Give new sessions a file and stacks of their own, which moves none; or add a stack, which "
    "takes its share of the sessions from all the others, and makes those anew"
)


def spread(
    sessions: Mapping[str, Properties], stack_ids: Sequence[str]
) -> dict[str, dict[str, Properties]]:
    """The sessions of each stack.

    Raises:
        ValueError: a stack would hold more resources than CloudFormation allows: how many they
            are, how many may be, and what to do.
    """
    parts: dict[str, dict[str, Properties]] = {stack_id: {} for stack_id in stack_ids}
    for key, properties in sessions.items():
        parts[max(stack_ids, key=partial(_weight, key))][key] = properties
    for stack_id, part in parts.items():
        _check_size(stack_id, part)
    return parts


def _weight(key: str, stack_id: str) -> bytes:
    return sha256(f"{stack_id}\0{key}".encode()).digest()


def _check_size(stack_id: str, sessions: Mapping[str, Properties]) -> None:
    resources = len(sessions) + _permissions(sessions.values())
    if resources > _RESOURCES - _ROOM:
        msg = (
            f"{stack_id}: {len(sessions)} sessions and their permissions are {resources} resources, "
            f"more than the {_RESOURCES - _ROOM} that a stack has room for. {_REMEDY}"
        )
        raise ValueError(msg)


def _permissions(sessions: Collection[Properties]) -> int:
    connectors = {properties["VoiceConnectorId"] for properties in sessions}
    participants = [one for properties in sessions for one in properties["ParticipantPhoneNumbers"]]
    return len(connectors) + len({_source(one) for one in participants} - {None})


def _source(participant: str | Mapping[str, str]) -> str | None:
    if isinstance(participant, str):
        return None
    return participant.get("SecretArn") or participant["ParameterName"]
