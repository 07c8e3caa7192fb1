"""The switchboard of an adapter, on a DynamoDB table."""

from datetime import UTC, datetime, timedelta
from functools import partial

from chime_proxy_service.handlers.events import event_sender
from chime_proxy_service.handlers.metrics import Metrics
from chime_proxy_service.number_pool import NumberPool
from chime_proxy_service.records import ContactRecord
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.table import Table
from chime_proxy_service.telephony.switchboard import Switchboard


def switchboard_on(
    table: Table, metrics: Metrics, *, call_limit: timedelta, event_bus: str
) -> Switchboard:
    """Make a switchboard; its records become metrics and events.

    Args:
        table: has the sessions.
        metrics: writes the records, and counts errors.
        call_limit: the time after which a call counts as ended.
        event_bus: the name of the bus of events; ``""`` if no events are sent.
    """
    send = event_sender(event_bus, metrics.count_lost_event)

    def record(one: ContactRecord) -> None:
        metrics.record(one)
        send(one)

    service = ProxySessionService(
        DynamoDBStore(table),
        # It connects sessions and creates none.
        NumberPool([]),
        clock=partial(datetime.now, UTC),
        call_limit=call_limit,
    )
    return Switchboard(service, record=record, noted=metrics.count)
