"""The rows of a service."""

from aws_cdk import aws_cloudwatch

from chime_proxy._dashboard.widgets import drawn, function_graph, graph, heading, log_query, totals
from chime_proxy._service.service import ProxySessionService

_RED = aws_cloudwatch.Color.RED
_ORANGE = aws_cloudwatch.Color.ORANGE
_BLUE = aws_cloudwatch.Color.BLUE
_GREEN = aws_cloudwatch.Color.GREEN
_PURPLE = aws_cloudwatch.Color.PURPLE
# The function logs the type and the place of an error, and no text of it.
_FAILURES = (
    'filter level = "ERROR"',
    "sort @timestamp desc",
    "limit 50",
    "display @timestamp, message, error, request_id",
)


def service_rows(service: ProxySessionService) -> list[list[aws_cloudwatch.IWidget]]:
    """Return the rows of a service."""
    return [
        [heading(f"Requests to `{service.endpoint_url}`, and what became of them")],
        [_totals(service)],
        [_created(service), _refused(service)],
        [_latency(service), function_graph(service.function)],
        [_capacity(service), _throttled(service)],
        log_query(service.function, _FAILURES),
    ]


def _totals(service: ProxySessionService) -> aws_cloudwatch.SingleValueWidget:
    return totals(
        [
            drawn(service.metric_created(), "Created", _GREEN),
            drawn(service.metric_no_number(), "No number free", _ORANGE),
            drawn(service.metric_unavailable(), "Table unavailable", _PURPLE),
            drawn(service.metric_failed(), "Failed", _RED),
            drawn(service.metric_throttled(), "Throttled by the table", _BLUE),
        ]
    )


def _created(service: ProxySessionService) -> aws_cloudwatch.GraphWidget:
    return graph("Sessions created", [drawn(service.metric_created(), "Created", _GREEN)])


def _refused(service: ProxySessionService) -> aws_cloudwatch.GraphWidget:
    return graph(
        "Refused or failed",
        [
            drawn(service.metric_no_number(), "No number free", _ORANGE),
            drawn(service.metric_unavailable(), "Table unavailable", _PURPLE),
            drawn(service.metric_failed(), "Failed", _RED),
        ],
    )


def _latency(service: ProxySessionService) -> aws_cloudwatch.GraphWidget:
    return graph(
        "Milliseconds until answered",
        [
            drawn(service.metric_latency(statistic=statistic), statistic, color)
            for statistic, color in (("p50", "#aec7e8"), ("p99", _BLUE))
        ],
    )


def _capacity(service: ProxySessionService) -> aws_cloudwatch.GraphWidget:
    table = service.table
    return graph(
        "Capacity units consumed",
        [
            drawn(table.metric_consumed_read_capacity_units(), "Read", _BLUE),
            drawn(table.metric_consumed_write_capacity_units(), "Write", _ORANGE),
        ],
    )


def _throttled(service: ProxySessionService) -> aws_cloudwatch.GraphWidget:
    return graph(
        "Requests throttled by the table",
        [drawn(service.metric_throttled(), "Throttled", _RED)],
    )
