"""A CloudWatch dashboard of one provider."""

from typing import get_args

from aws_cdk import Duration, aws_cloudwatch, aws_lambda
from constructs import Construct

from chime_proxy._provider.metrics import Measured, Operation
from chime_proxy._provider.provider import ProxySessionProvider

_WIDTH = 24
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


class ProxySessionDashboard(aws_cloudwatch.Dashboard):
    """A dashboard of a provider's requests, failures, durations and failure reasons.

    `add_widgets` adds more widgets below.

    Args:
        scope: where the dashboard belongs.
        construct_id: its id within the scope.
        provider: the provider to show. The log of one from a service token is not shown.
        dashboard_name: its name in CloudWatch. Default: CloudFormation chooses one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        provider: ProxySessionProvider,
        dashboard_name: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            dashboard_name=dashboard_name,
            default_interval=Duration.days(1),
            widgets=[
                [_heading(provider)],
                [_totals(provider)],
                [_requests(provider), _failures(provider)],
                [_durations(provider), _function(provider.function)],
                _reasons(provider.function),
            ],
        )


def _heading(provider: ProxySessionProvider) -> aws_cloudwatch.TextWidget:
    name = provider.function.function_name
    return aws_cloudwatch.TextWidget(
        markdown=f"## Proxy sessions\nWhat CloudFormation asked of `{name}`, and what became of it",
        width=_WIDTH,
        height=2,
    )


def _totals(provider: ProxySessionProvider) -> aws_cloudwatch.SingleValueWidget:
    return aws_cloudwatch.SingleValueWidget(
        title="In all",
        metrics=[
            _drawn(provider.metric_succeeded(), "Succeeded", aws_cloudwatch.Color.GREEN),
            _drawn(provider.metric_failed(), "Failed", aws_cloudwatch.Color.RED),
            _drawn(provider.metric_undelivered(), "Undelivered", aws_cloudwatch.Color.PURPLE),
            _drawn(provider.metric_left_behind(), "Left behind", aws_cloudwatch.Color.PINK),
            _drawn(provider.metric_unanswerable(), "Unanswerable", aws_cloudwatch.Color.BROWN),
        ],
        set_period_to_time_range=True,
        width=_WIDTH,
        height=3,
    )


def _requests(provider: ProxySessionProvider) -> aws_cloudwatch.GraphWidget:
    return _graph(
        "Succeeded",
        [
            _drawn(provider.metric_succeeded(operation=each), each, _COLORS[each])
            for each in _OPERATIONS
        ],
        stacked=True,
    )


def _failures(provider: ProxySessionProvider) -> aws_cloudwatch.GraphWidget:
    failed = [
        _drawn(provider.metric_failed(operation=each), f"{each} failed", _COLORS[each])
        for each in _OPERATIONS
    ]
    undelivered = provider.metric_undelivered()
    return _graph(
        "Failed, or not taken by CloudFormation",
        [*failed, _drawn(undelivered, "Undelivered", aws_cloudwatch.Color.PURPLE)],
    )


def _durations(provider: ProxySessionProvider) -> aws_cloudwatch.GraphWidget:
    return _graph(
        "Milliseconds until answered",
        [
            _drawn(
                provider.metric_duration(operation=each, statistic=statistic),
                f"{each} {statistic}",
                colors[each],
            )
            for statistic, colors in (("p50", _LIGHT_COLORS), ("p99", _COLORS))
            for each in _OPERATIONS
        ],
    )


def _function(function: aws_lambda.IFunction) -> aws_cloudwatch.GraphWidget:
    concurrency = function.metric("ConcurrentExecutions", statistic="Maximum")
    return _graph(
        "Function",
        [
            _drawn(function.metric_errors(), "Errors", aws_cloudwatch.Color.RED),
            _drawn(function.metric_throttles(), "Throttles", aws_cloudwatch.Color.ORANGE),
        ],
        right=[_drawn(concurrency, "At work at a time", aws_cloudwatch.Color.BLUE)],
    )


def _reasons(function: aws_lambda.IFunction) -> list[aws_cloudwatch.IWidget]:
    if not isinstance(function, aws_lambda.Function):
        return []
    return [
        aws_cloudwatch.LogQueryWidget(
            title="Why requests failed",
            log_group_names=[function.log_group.log_group_name],
            query_lines=list(_FAILURES),
            width=_WIDTH,
        )
    ]


def _drawn(metric: Measured, label: str, color: str) -> Measured:
    return metric.with_(label=label, color=color)


def _graph(
    title: str,
    left: list[Measured],
    *,
    right: list[Measured] | None = None,
    stacked: bool = False,
) -> aws_cloudwatch.GraphWidget:
    whole = aws_cloudwatch.YAxisProps(min=0, show_units=False)
    return aws_cloudwatch.GraphWidget(
        title=title,
        left=left,
        right=right,
        stacked=stacked,
        left_y_axis=whole,
        right_y_axis=whole,
        width=_WIDTH // 2,
    )
