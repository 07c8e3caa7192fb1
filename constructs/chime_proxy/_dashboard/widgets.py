"""Widgets that a provider and a service have in common."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch, aws_lambda

from chime_proxy._provider.metrics import Measured

WIDTH = 24
"""The width of a whole row; a graph takes half of it."""


def heading(text: str) -> aws_cloudwatch.TextWidget:
    """Show a text over everything else."""
    return aws_cloudwatch.TextWidget(markdown=f"## Proxy sessions\n{text}", width=WIDTH, height=2)


def totals(metrics: Sequence[Measured]) -> aws_cloudwatch.SingleValueWidget:
    """Show the sums over the dashboard's time range."""
    return aws_cloudwatch.SingleValueWidget(
        title="In all",
        metrics=list(metrics),
        set_period_to_time_range=True,
        width=WIDTH,
        height=3,
    )


def function_graph(function: aws_lambda.IFunction) -> aws_cloudwatch.GraphWidget:
    """Draw a function's errors and throttles, and its concurrency."""
    concurrency = function.metric("ConcurrentExecutions", statistic="Maximum")
    return graph(
        "Function",
        [
            drawn(function.metric_errors(), "Errors", aws_cloudwatch.Color.RED),
            drawn(function.metric_throttles(), "Throttles", aws_cloudwatch.Color.ORANGE),
        ],
        right=[drawn(concurrency, "At work at a time", aws_cloudwatch.Color.BLUE)],
    )


def log_query(
    function: aws_lambda.IFunction, query_lines: Sequence[str]
) -> list[aws_cloudwatch.IWidget]:
    """Show the lines of a function's log that a query finds; nothing if the log is not known."""
    if not isinstance(function, aws_lambda.Function):
        return []
    return [
        aws_cloudwatch.LogQueryWidget(
            title="Why requests failed",
            log_group_names=[function.log_group.log_group_name],
            query_lines=list(query_lines),
            width=WIDTH,
        )
    ]


def drawn(metric: Measured, label: str, color: str) -> Measured:
    """Return a metric with a label and a color."""
    return metric.with_(label=label, color=color)


def graph(
    title: str,
    left: list[Measured],
    *,
    right: list[Measured] | None = None,
    stacked: bool = False,
) -> aws_cloudwatch.GraphWidget:
    """Draw metrics over time, their axes from zero."""
    whole = aws_cloudwatch.YAxisProps(min=0, show_units=False)
    return aws_cloudwatch.GraphWidget(
        title=title,
        left=left,
        right=right,
        stacked=stacked,
        left_y_axis=whole,
        right_y_axis=whole,
        width=WIDTH // 2,
    )
