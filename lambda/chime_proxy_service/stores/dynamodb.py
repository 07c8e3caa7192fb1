"""A store in a DynamoDB table. `items` describes the table.

A creation is one round of reads and one transaction. A call or a text is one read and one
transaction: each leg has a copy of its session. The rule that a participant has a proxy number in
one open session at most is a condition of the table, so no race can break it.
"""

from collections.abc import Sequence
from datetime import datetime

from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.errors import UnavailableError
from chime_proxy_service.session import Connector, Position, ProxySession, SessionKey
from chime_proxy_service.store import Addition, CreationData, Part
from chime_proxy_service.stores import items
from chime_proxy_service.stores.items import Item, ListEntry
from chime_proxy_service.stores.table import Table

_MOVED_AT_ONCE = 100


class DynamoDBStore:
    """Sessions and configurations in one table.

    Args:
        table: the table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def configuration(self, connector: Connector) -> ProxyConfiguration | None:
        """Read a connector's configuration."""
        return items.configuration_of(self._table.get(items.configuration_key(connector)))

    def put_configuration(self, connector: Connector, configuration: ProxyConfiguration) -> None:
        """Set a connector's configuration."""
        self._table.put(items.configuration_item(connector, configuration))

    def remove_configuration(self, connector: Connector) -> None:
        """Remove a connector's configuration, if it has one."""
        self._table.delete(items.configuration_key(connector))

    def session(self, key: SessionKey) -> ProxySession | None:
        """Read a session."""
        return items.session_of(self._table.get(items.session_key(key)), key)

    def session_behind(
        self, region: str, proxy_phone_number: str, participant: str
    ) -> ProxySession | None:
        """Read the session of a participant that has a proxy number."""
        leg = {
            "pk": items.leg_partition(region, participant),
            "sk": items.text(proxy_phone_number),
        }
        return items.session_behind(self._table.get(leg), region)

    def sessions_after(
        self,
        connector: Connector,
        position: Position | None,
        limit: int,
        *,
        now: datetime,
        only_open: bool = False,
    ) -> Part:
        """Read up to `limit` of a connector's sessions after a position, in order.

        The index follows the table within a second or so: a new session may still be missing.
        Sessions that are listed as open and have expired are listed as closed from now on.
        """
        # Open ones first: a session that moves meanwhile is read twice rather than never, as far as
        # the index follows its table in order.
        entries = self._entries(connector, items.OPEN, position, limit)
        if not only_open:
            entries += self._entries(connector, items.CLOSED, position, limit)
        by_position = {entry.position: entry for entry in reversed(entries)}
        positions = sorted(by_position)
        part = positions[:limit]
        sessions = self._sessions(connector, part)
        listed = [(one, by_position[one.position]) for one in sessions]
        self._close([one for one in listed if one[1].state == items.OPEN], now)
        # A partition that gave `limit` entries may have more.
        more = len(positions) >= limit
        return Part(tuple(sessions), part[-1] if more else None)

    def creation_data(
        self, connector: Connector, participants: tuple[str, str], now: datetime
    ) -> CreationData:
        """Read the data that a creation depends on."""
        table, (first, second) = self._table, participants
        pair = items.last_number_key(connector, participants)
        configuration, last, legs, others = table.all(
            lambda: table.get(items.configuration_key(connector)),
            # If it is old, the participants get another number than they prefer.
            lambda: table.get(pair, consistent=False),
            lambda: self._legs(connector.region, first),
            lambda: self._legs(connector.region, second),
        )
        used = sorted(map(items.used_until, [*legs, *others]), key=lambda leg: leg[1])
        return CreationData(
            configuration=items.configuration_of(configuration),
            last_number=items.last_number_of(last, now),
            used_until=dict(used),
        )

    def add(self, session: ProxySession, now: datetime) -> Addition:
        """Add a new session, unless its id or its number is taken."""
        free_id = {
            "ConditionExpression": "attribute_not_exists(pk) OR kept_until <= :now",
            "ExpressionAttributeValues": {":now": items.number(int(now.timestamp()))},
        }
        free_number = {
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": items.microseconds(now)},
        }
        failed = self._table.transact(
            {"Put": {"Item": items.session_item(session), **free_id}},
            *(
                {"Put": {"Item": items.leg_item(session, participant), **free_number}}
                for participant in session.participants
            ),
            {"Put": {"Item": items.last_number_item(session)}},
        )
        if 0 in failed:
            return Addition.ID_TAKEN
        return Addition.NUMBER_TAKEN if failed else Addition.ADDED

    def replace(self, before: ProxySession, after: ProxySession) -> bool:
        """Change a session, unless it has changed or lost its number."""
        values = {f":{name}": value for name, value in items.changing_attributes(after).items()}
        change = {
            "Key": items.session_key(before.key),
            "UpdateExpression": "SET session_json = :session_json, revision = :revision, "
            "expires_at = :expires_at, kept_until = :kept_until, list_pk = :open",
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeValues": {
                **values,
                ":before": items.number(before.revision),
                ":open": items.list_partition_of(before.key, items.OPEN),
            },
        }
        legs = [
            {"Put": {"Item": items.leg_item(after, participant), **_held_by(before)}}
            for participant in before.participants
        ]
        return not self._table.transact({"Update": change}, *legs)

    def remove(self, session: ProxySession, now: datetime) -> bool:
        """Remove a session; its id stays taken for a day."""
        removal = {
            "Item": items.deleted_session_item(session.key, now),
            "ConditionExpression": "attribute_exists(session_json)",
        }
        legs = [
            {"Put": {"Item": items.rested_leg_item(session, one, now), **_held_by(session)}}
            for one in session.participants
        ]
        while failed := self._table.transact({"Put": removal}, *legs):
            if 0 in failed:
                return False
            # The session had expired, and its number serves another one: leave that alone.
            legs = [leg for place, leg in enumerate(legs, 1) if place not in failed]
        return True

    def _legs(self, region: str, participant: str) -> list[Item]:
        return self._table.query(
            KeyConditionExpression="pk = :participant",
            ProjectionExpression="sk, expires_at",
            ExpressionAttributeValues={":participant": items.leg_partition(region, participant)},
            ConsistentRead=True,
        )

    def _entries(
        self, connector: Connector, state: str, position: Position | None, limit: int
    ) -> list[ListEntry]:
        after = items.text("0") if position is None else items.list_sort_key(position)

        def read(shard: int) -> list[Item]:
            partition = items.list_partition(connector, state, shard)
            return self._table.query(
                limit=limit,
                IndexName=items.INDEX,
                KeyConditionExpression="list_pk = :partition AND list_sk > :after",
                ExpressionAttributeValues={":partition": partition, ":after": after},
            )

        shards = self._table.each(read, range(items.SHARDS))
        return [
            items.list_entry(item, state, shard)
            for shard, found in enumerate(shards)
            for item in found
        ]

    def _sessions(self, connector: Connector, positions: Sequence[Position]) -> list[ProxySession]:
        keys = {position: SessionKey(connector, position[1]) for position in positions}
        wanted = {key: items.session_key(key) for key in keys.values()}
        found = self._table.get_many(list(wanted.values()))
        by_key = {item["pk"]["S"]: item for item in found}
        read = {
            position: items.session_of(by_key.get(wanted[key]["pk"]["S"]), key)
            for position, key in keys.items()
        }
        # An entry of an earlier session with the same id may still be in the index.
        return [one for position, one in read.items() if one and one.position == position]

    def _close(self, listed: Sequence[tuple[ProxySession, ListEntry]], now: datetime) -> None:
        """List expired sessions as closed, so that a list of open ones need not read them again."""
        expired = [one for one in listed if one[0].expires_at <= now]

        def move(one: tuple[ProxySession, ListEntry]) -> None:
            (session, entry), connector = one, one[0].key.connector
            self._table.update(
                items.session_key(session.key),
                UpdateExpression="SET list_pk = :closed",
                ConditionExpression="list_pk = :open AND expires_at <= :now",
                ExpressionAttributeValues={
                    ":closed": items.list_partition(connector, items.CLOSED, entry.shard),
                    ":open": items.list_partition(connector, items.OPEN, entry.shard),
                    ":now": items.microseconds(now),
                },
            )

        try:
            self._table.each(move, expired[:_MOVED_AT_ONCE])
        except UnavailableError:
            # The next list does it.
            return


def _held_by(session: ProxySession) -> Item:
    return {
        "ConditionExpression": "holder = :session",
        "ExpressionAttributeValues": {":session": items.holder(session.key)},
    }
