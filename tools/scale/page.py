"""The page on scale, computed from units, limits and prices."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template

from tools.scale import limits, units
from tools.scale.units import Units

from chime_proxy_service.session import Capability, Connector, ProxySession, SessionKey, Status
from chime_proxy_service.stores import items

_TEMPLATE = Path(__file__).with_name("page.md")
_MILLION = 1_000_000
_GB = 10**9
_MONTH_SECONDS = 30 * 24 * 3600
_HUB_NUMBERS = 1_000
_FAST = 10_000
_MANY = 100_000_000


def page() -> str:
    """Return the page."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        operations=_rows(_operation(*one) for one in units.OPERATIONS.items()),
        million=_rows(_million()),
        function_ms=f"{limits.FUNCTION_SECONDS * 1000:.0f}",
        function_gb=limits.FUNCTION_GB,
        bytes=_rows(_bytes()),
        storage=_rows(_storage()),
        backup=f"{limits.DOLLARS_PER_BACKUP_GB_MONTH:.2f}",
        limits=_rows(_limits()),
        new_table=f"{limits.NEW_TABLE_WRITES:,}",
        hub_numbers=f"{_HUB_NUMBERS:,}",
        hub_units=_hub_units(),
        hub_creates=limits.PARTITION_READS // _hub_units(),
        shards=items.SHARDS,
        ten_thousand=_rows(_ten_thousand()),
        hundred_million=_rows(_hundred_million()),
    )


def _operation(name: str, cost: Units) -> tuple[str, ...]:
    calls = ", ".join(f"{count} {call}" for call, count in cost.calls.items())
    return name, calls, f"{cost.read:g}", f"{cost.write:g}", f"{_dollars(cost) * _MILLION:.2f}"


def _dollars(cost: Units) -> float:
    table = cost.read * limits.DOLLARS_PER_READ + cost.write * limits.DOLLARS_PER_WRITE
    seconds = limits.FUNCTION_SECONDS * limits.FUNCTION_GB
    function = limits.DOLLARS_PER_FUNCTION_REQUEST + seconds * limits.DOLLARS_PER_FUNCTION_GB_SECOND
    return table + function + limits.DOLLARS_PER_API_REQUEST


def _million() -> list[tuple[str, ...]]:
    created = _dollars(units.CREATE)
    called = created + _dollars(units.CALL) + _dollars(units.END_OF_CALL)
    deleted = called + _dollars(units.DELETE)
    return [
        ("created, and left to expire", f"{created * _MILLION:.2f}"),
        ("with one call each", f"{called * _MILLION:.2f}"),
        ("with one call each, and deleted", f"{deleted * _MILLION:.2f}"),
    ]


def _session() -> ProxySession:
    connector = Connector("us-east-1", "0edbcb67-fae0-49af-be92-83ec4f4095be")
    now = datetime(2026, 11, 26, 12, 0, 0, 123456, tzinfo=UTC)
    return ProxySession(
        key=SessionKey(connector, "893e5114-6db1-577f-978a-95172a1574b4"),
        participants=("+14015550101", "+12065550100"),
        proxy_phone_number="+12065550101",
        capabilities=frozenset(Capability),
        expiry_minutes=60,
        status=Status.OPEN,
        created_at=now,
        updated_at=now,
        expires_at=now + timedelta(hours=1),
        name="0123456789abcdef0123456789abcd",
        request_digest="0" * 64,
    )


def _size(item: items.Item) -> int:
    names_and_values = (len(name) + len(next(iter(one.values()))) for name, one in item.items())
    return sum(names_and_values) + limits.ITEM_OVERHEAD_BYTES


def _sizes() -> dict[str, int]:
    session = _session()
    stored = items.session_item(session)
    entry = {name: stored[name] for name in ("pk", "sk", "list_pk", "list_sk")}
    return {
        "the session": _size(stored),
        "its two legs": 2 * _size(items.leg_item(session, session.participants[0])),
        "the number that its participants had last": _size(items.last_number_item(session)),
        "its entry in the index": _size(entry),
    }


def _bytes() -> list[tuple[str, ...]]:
    sizes = _sizes()
    rows = [(name, f"{size:,}") for name, size in sizes.items()]
    return [*rows, ("together", f"{sum(sizes.values()):,}")]


def _stored(sessions: float) -> tuple[str, str]:
    gigabytes = sessions * sum(_sizes().values()) / _GB
    return f"{gigabytes:,.1f}", f"{gigabytes * limits.DOLLARS_PER_GB_MONTH:,.2f}"


def _storage() -> list[tuple[str, ...]]:
    return [
        ("a million sessions", *_stored(_MILLION)),
        ("100 creations a second, each kept for 30 days", *_stored(100 * _MONTH_SECONDS)),
        ("10,000 creations a second, each kept for 30 days", *_stored(_FAST * _MONTH_SECONDS)),
    ]


def _limits() -> list[tuple[str, ...]]:
    leg_writes = 2
    index_writes = 1
    concurrency = limits.FUNCTION_CONCURRENCY / limits.FUNCTION_SECONDS
    return [
        ("a new table", _per_second(limits.NEW_TABLE_WRITES / units.CREATE.write)),
        ("a table by the default quota", _per_second(limits.TABLE_WRITES / units.CREATE.write)),
        ("one participant, by writes", _per_second(limits.PARTITION_WRITES / leg_writes)),
        (
            "one voice connector, by the index",
            _per_second(items.SHARDS * limits.PARTITION_WRITES / index_writes),
        ),
        ("one voice connector, by its configuration", _per_second(limits.PARTITION_READS)),
        ("the account's functions by the default quota", _per_second(concurrency)),
        ("the account's HTTP APIs by the default quota", _per_second(limits.API_REQUESTS)),
    ]


def _per_second(number: float) -> str:
    return f"{math.floor(number):,}"


def _hub_units() -> int:
    session = _session()
    leg = _size(items.leg_item(session, session.participants[0])) - limits.ITEM_OVERHEAD_BYTES
    return math.ceil(_HUB_NUMBERS * leg / limits.READ_UNIT_BYTES)


def _ten_thousand() -> list[tuple[str, ...]]:
    writes = _FAST * units.CREATE.write
    return [
        ("write units a second", f"{writes:,.0f}"),
        ("times the table's default quota", f"{writes / limits.TABLE_WRITES:.2f}"),
        ("read units a second", f"{_FAST * units.CREATE.read:,.0f}"),
        ("concurrent functions", f"{_FAST * limits.FUNCTION_SECONDS:,.0f}"),
        (
            "voice connectors at the least, by their configurations",
            f"{math.ceil(_FAST / limits.PARTITION_READS)}",
        ),
        ("dollars an hour", f"{_FAST * 3600 * _dollars(units.CREATE):,.2f}"),
    ]


def _hundred_million() -> list[tuple[str, ...]]:
    gigabytes, dollars = _stored(_MANY)
    return [("GB", gigabytes), ("dollars a month", dollars)]


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
