"""The tables of deployed services."""
# ruff: noqa: SLF001 - ministack has no public name for its tables

from collections.abc import Iterator

from ministack.core.responses import get_account_id
from ministack.services import dynamodb

from chime_proxy_service.session import Connector, ProxySession, SessionKey
from chime_proxy_service.stores import items
from chime_proxy_service.stores.items import Item
from chime_proxy_service.stores.memory import MemoryStore


def exists(region: str, table: str) -> bool:
    """Return true if there is such a table."""
    return _partitions(region, table) is not None


def copy_of(region: str, table: str) -> MemoryStore:
    """Copy the configurations and sessions of a table, as they are at this moment.

    The service can list the sessions of a connector, but not the connectors. Besides, a list of
    five thousand sessions takes it hundreds of calls. Without the table the copy is empty.
    """
    copy = MemoryStore()
    sessions: list[ProxySession] = []
    for item in _items(region, table):
        kind, _, path = item["pk"]["S"].partition("#")
        if kind == "C" and (configuration := items.configuration_of(item)):
            copy.put_configuration(Connector(*path.split("#", 1)), configuration)
        elif kind == "S" and (session := items.session_of(item, _key(path))):
            sessions.append(session)
    # In the order they were created, each found its number free.
    for session in sorted(sessions, key=lambda one: one.created_at):
        copy.add(session, session.created_at)
    return copy


def _key(path: str) -> SessionKey:
    connector, _, session_id = path.rpartition("#")
    return SessionKey(Connector(*connector.split("#", 1)), session_id)


def _items(region: str, table: str) -> Iterator[Item]:
    for partition in list((_partitions(region, table) or {}).values()):
        yield from list(partition.values())


def _partitions(region: str, table: str) -> dict[str, dict[str, Item]] | None:
    found = dynamodb._tables.get_scoped(get_account_id(), region, table)
    return None if found is None else found["items"]
