"""Assign the sessions of a file to stacks, by rendezvous hashing.

A session belongs to the stack with the highest hash of stack id and session key. So its place
depends on its key and the stacks' ids alone: not on other sessions, and not on any order. One more
stack takes an even share of sessions from all others, and no session moves between those.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from hashlib import sha256

from chime_proxy._sessions_file.document import Properties

_RESOURCES = 500
# For the provider's resources and other constructs of the stack; CDK counts all of them.
_ROOM = 20
_REMEDY = (
    "Declare new sessions in another file with stacks of its own, which moves none; or add a "
    "stack: it takes a share of the sessions of all others, and those are created anew"
)


def spread(
    sessions: Mapping[str, Properties], stack_ids: Sequence[str]
) -> dict[str, dict[str, Properties]]:
    """Assign sessions to stacks.

    Raises:
        ValueError: a stack would hold more resources than CloudFormation allows; with their
            number, the limit and the remedy.
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
            f"more than the {_RESOURCES - _ROOM} a stack has room for. {_REMEDY}"
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
