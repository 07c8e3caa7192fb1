"""The rows of a provider."""

from typing import get_args

from aws_cdk import aws_cloudwatch

from chime_proxy._dashboard.widgets import drawn, function_graph, graph, heading, log_query, totals
from chime_proxy._provider.metrics import Operation
from chime_proxy._provider.provider import ProxySessionProvider

_COLORS: dict[Operation, str] = {
    "Create": aws_cloudwatch.Color.BLUE,
    "Update": aws_cloudwatch.Color.ORANGE,
    "Delete": aws_cloudwatch.Color.GREY,
}
_LIGHT_COLORS: dict[Operation, str] = {
    "Create": "#aec7e8",
    "Update": "#ffbb78",
    "Delete": "#c7c7c7",
}
_OPERATIONS: tuple[Operation, ...] = get_args(Operation)
# The handler redacts phone numbers in reasons; fields that may hold a number are left out.
_FAILURES = (
    'filter level = "ERROR" or status = "FAILED"',
    'parse stack_id "*:stack/*/*" as arn, stack, guid',
    "sort @timestamp desc",
    "limit 50",
    "display @timestamp, message, stack, logical_resource_id, request_type, reason, delivery_failure",
)


def provider_rows(provider: ProxySessionProvider) -> list[list[aws_cloudwatch.IWidget]]:
    """Return the rows of a provider."""
    return [
        [_heading(provider)],
        [_totals(provider)],
        [_requests(provider), _failures(provider)],
        [_durations(provider), function_graph(provider.function)],
        log_query(provider.function, _FAILURES),
    ]


def _heading(provider: ProxySessionProvider) -> aws_cloudwatch.TextWidget:
    name = provider.function.function_name
    return heading(f"What CloudFormation asked of `{name}`, and what became of it")


def _totals(provider: ProxySessionProvider) -> aws_cloudwatch.SingleValueWidget:
    return totals(
        [
            drawn(provider.metric_succeeded(), "Succeeded", aws_cloudwatch.Color.GREEN),
            drawn(provider.metric_failed(), "Failed", aws_cloudwatch.Color.RED),
            drawn(provider.metric_undelivered(), "Undelivered", aws_cloudwatch.Color.PURPLE),
            drawn(provider.metric_left_behind(), "Left behind", aws_cloudwatch.Color.PINK),
            drawn(provider.metric_unanswerable(), "Unanswerable", aws_cloudwatch.Color.BROWN),
        ]
    )


def _requests(provider: ProxySessionProvider) -> aws_cloudwatch.GraphWidget:
    return graph(
        "Succeeded",
        [
            drawn(provider.metric_succeeded(operation=each), each, _COLORS[each])
            for each in _OPERATIONS
        ],
        stacked=True,
    )


def _failures(provider: ProxySessionProvider) -> aws_cloudwatch.GraphWidget:
    failed = [
        drawn(provider.metric_failed(operation=each), f"{each} failed", _COLORS[each])
        for each in _OPERATIONS
    ]
    undelivered = provider.metric_undelivered()
    return graph(
        "Failed, or not taken by CloudFormation",
        [*failed, drawn(undelivered, "Undelivered", aws_cloudwatch.Color.PURPLE)],
    )


def _durations(provider: ProxySessionProvider) -> aws_cloudwatch.GraphWidget:
    return graph(
        "Milliseconds until answered",
        [
            drawn(
                provider.metric_duration(operation=each, statistic=statistic),
                f"{each} {statistic}",
                colors[each],
            )
            for statistic, colors in (("p50", _LIGHT_COLORS), ("p99", _COLORS))
            for each in _OPERATIONS
        ],
    )
