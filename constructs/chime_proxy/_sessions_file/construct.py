"""The construct of a sessions file."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from aws_cdk import Duration, Stack
from constructs import Construct

from chime_proxy._options import GeoMatch
from chime_proxy._provider.provider import ProxySessionProvider
from chime_proxy._resources.proxy_session import ProxySession
from chime_proxy._sessions_file.document import Properties, read_sessions
from chime_proxy._sessions_file.number_sources import NumberSources
from chime_proxy._sessions_file.spread import spread


class SessionsFile(Construct):
    """The sessions of a YAML file, one construct an entry.

    The session's logical id depends only on the entry's key: entries can be moved, added and
    removed without a change of other sessions. A new key is a new session: the one under the old
    key is deleted.

    More sessions than one stack may hold are spread over several. The entry's key and the stacks'
    ids determine its stack, so a change of one entry changes one stack. One stack more or less
    moves sessions to other stacks, and a moved session is a new one: start with enough stacks for
    all sessions ever expected, at about 300 sessions each.

    Args:
        scope: a stack or a construct in it, for a file of a single stack; otherwise the app or the
            stage.
        construct_id: its id within the scope, and the id of the sessions' parent in each stack.
        path: the file.
        stacks: the stacks to spread the sessions over. Default: the scope's own.
        provider: returns the provider of a stack's sessions. Default: one provider per stack.

    Raises:
        ValueError: the file is not valid, with every problem and its line; or a stack would hold
            more resources than CloudFormation allows; or two stacks have the same id.
        OSError: the file cannot be read; with its path.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        path: str | Path,
        stacks: Sequence[Stack] | None = None,
        provider: Callable[[Stack], ProxySessionProvider] = ProxySessionProvider.of,
    ) -> None:
        super().__init__(scope, construct_id)
        entries = _entries(self, Path(path))
        homes = _homes(self, construct_id, stacks)
        self._sessions: dict[str, ProxySession] = {}
        for stack_id, part in spread(entries, list(homes)).items():
            home = homes[stack_id]
            self._sessions |= _sessions(home, part, provider(Stack.of(home)))

    @property
    def sessions(self) -> Mapping[str, ProxySession]:
        """The sessions by key."""
        return dict(self._sessions)


def _entries(file: SessionsFile, path: Path) -> dict[str, Properties]:
    try:
        return read_sessions(path)
    except OSError as error:
        msg = f"{file.node.path}: cannot read the file of path: {error.strerror}"
        raise OSError(error.errno, msg, str(path.absolute())) from error


def _homes(
    file: SessionsFile, construct_id: str, stacks: Sequence[Stack] | None
) -> dict[str, Construct]:
    """Map the id of each stack to the parent of its sessions."""
    if stacks is None:
        return {Stack.of(file).node.id: file}
    is_list = isinstance(stacks, Sequence) and all(isinstance(one, Stack) for one in stacks)
    stack_ids = [stack.node.id for stack in stacks] if is_list else []
    if len(set(stack_ids)) != len(stack_ids) or not stack_ids:
        msg = "stacks must be a list of one or more stacks, each with an id of its own"
        raise ValueError(msg)
    return {
        stack_id: Construct(stack, construct_id)
        for stack_id, stack in zip(stack_ids, stacks, strict=True)
    }


def _sessions(
    home: Construct, entries: Mapping[str, Properties], provider: ProxySessionProvider
) -> dict[str, ProxySession]:
    # The space keeps it apart from the sessions: a key has none.
    sources = NumberSources(Construct(home, "numbers of"))
    return {
        key: ProxySession(home, key, **_props(entry, sources), provider=provider)
        for key, entry in entries.items()
    }


def _props(entry: Properties, sources: NumberSources) -> dict[str, Any]:
    expiry = entry.get("ExpiryMinutes")
    return {
        "voice_connector": entry["VoiceConnectorId"],
        "participants": [sources.participant(one) for one in entry["ParticipantPhoneNumbers"]],
        "capabilities": entry["Capabilities"],
        "expiry": None if expiry is None else _minutes(expiry),
        "name": entry.get("Name"),
        "number_selection": entry.get("NumberSelectionBehavior"),
        "geo_match": _geo_match(entry),
        "reveal_participants": entry.get("RevealParticipantPhoneNumbers", False),
    }


@lru_cache
def _minutes(amount: int) -> Duration:
    return Duration.minutes(amount)


def _geo_match(entry: Properties) -> GeoMatch | None:
    params = entry.get("GeoMatchParams", {})
    if not params and "GeoMatchLevel" not in entry:
        return None
    return GeoMatch(
        level=entry.get("GeoMatchLevel"),
        country=params.get("Country"),
        area_code=params.get("AreaCode"),
    )
