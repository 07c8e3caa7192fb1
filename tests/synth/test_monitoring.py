from collections.abc import Callable
from typing import Any, TypeAlias

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch, aws_cloudwatch_actions, aws_sns
from aws_cdk.assertions import Template

from chime_proxy import ProxySessionProvider
from chime_proxy_provider import handler as runtime

OPERATIONS = ("Create", "Update", "Delete")
Identity: TypeAlias = tuple[str, str, frozenset[tuple[str, str]]]
Measured: TypeAlias = aws_cloudwatch.Metric | aws_cloudwatch.MathExpression


@pytest.fixture
def provider(stack: cdk.Stack) -> ProxySessionProvider:
    """A provider."""
    return ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")


@pytest.fixture
def written(reports: list[dict[str, Any]]) -> set[Identity]:
    """Namespace, name and dimensions of each metric the handler writes."""
    return {
        (said["Namespace"], metric["Name"], frozenset((name, report[name]) for name in dimensions))
        for report in reports
        for said in report.get("_aws", {}).get("CloudWatchMetrics", [])
        for dimensions in said["Dimensions"]
        for metric in said["Metrics"]
    }


def identity(metric: aws_cloudwatch.Metric, provider: ProxySessionProvider) -> Identity:
    """A metric's namespace, name and dimensions, with the function name of the tests."""
    names = {provider.function.function_name: runtime.handler.reporter.function_name}
    dimensions = {key: names.get(value, value) for key, value in (metric.dimensions or {}).items()}
    return metric.namespace, metric.metric_name, frozenset(dimensions.items())


def summed(measured: Measured) -> list[aws_cloudwatch.Metric]:
    """The metrics of an expression, in its order."""
    assert isinstance(measured, aws_cloudwatch.MathExpression)
    used = [measured.using_metrics[name] for name in measured.expression[5:-2].split(", ")]
    return [metric for metric in used if isinstance(metric, aws_cloudwatch.Metric)]


def across(provider: ProxySessionProvider) -> list[Measured]:
    """The metrics of all operations together."""
    return [
        provider.metric_succeeded(),
        provider.metric_failed(),
        provider.metric_undelivered(),
        provider.metric_duration(),
    ]


def test_metrics_are_those_the_handler_writes(
    provider: ProxySessionProvider, written: set[Identity]
) -> None:
    """The library's metrics equal the handler's, dimensions included."""
    used = [metric for measured in across(provider) for metric in summed(measured)]

    alone = [provider.metric_unanswerable(), provider.metric_left_behind()]
    found = {identity(metric, provider) for metric in [*used, *alone]}

    assert found == written
    assert len(found) == 18


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "metric",
    [
        ProxySessionProvider.metric_succeeded,
        ProxySessionProvider.metric_failed,
        ProxySessionProvider.metric_undelivered,
        ProxySessionProvider.metric_duration,
    ],
)
def test_one_operation(
    provider: ProxySessionProvider,
    written: set[Identity],
    metric: Callable[..., Measured],
    operation: str,
) -> None:
    """The handler writes each metric of one operation."""
    of_one = metric(provider, operation=operation, period=cdk.Duration.minutes(1))

    assert isinstance(of_one, aws_cloudwatch.Metric)
    found = identity(of_one, provider)
    assert found in written
    assert ("Operation", operation) in found[2]
    assert of_one.period.to_seconds() == 60


def test_across_operations(provider: ProxySessionProvider) -> None:
    """Counts of all operations are a sum; of durations the longest counts."""
    *counts, duration = (measured for measured in across(provider))
    for count in counts:
        assert isinstance(count, aws_cloudwatch.MathExpression)
        assert count.expression.startswith("SUM([")
        assert {metric.statistic for metric in summed(count)} == {"Sum"}

    assert isinstance(duration, aws_cloudwatch.MathExpression)
    assert duration.expression.startswith("MAX([")
    assert {metric.statistic for metric in summed(duration)} == {"p99"}


@pytest.mark.parametrize("operation", ["Purge", ""])
def test_other_operation(provider: ProxySessionProvider, operation: Any) -> None:
    """An unknown operation is refused: its metric would never have data."""
    with pytest.raises(ValueError, match="operation must be one of Create, Update, Delete"):
        provider.metric_failed(operation=operation)


def test_two_providers(stack: cdk.Stack, provider: ProxySessionProvider) -> None:
    """Providers of one account have metrics of their own."""
    other = ProxySessionProvider(stack, "Other", endpoint_url="https://calls.example.com")

    metrics = [each.metric_unanswerable() for each in (provider, other)]

    one, two = (dict(metric.dimensions or {})["FunctionName"] for metric in metrics)
    assert stack.resolve(one) != stack.resolve(two)


def test_provider_of_elsewhere(stack: cdk.Stack) -> None:
    """A provider from a service token has the function's name from the ARN as a dimension."""
    token = "arn:aws:lambda:us-east-1:111111111111:function:provider"
    provider = ProxySessionProvider.from_service_token(stack, "Provider", token)

    dimensions = provider.metric_unanswerable().dimensions or {}

    assert dimensions["FunctionName"] == "provider"


def test_every_failure_has_an_alarm(stack: cdk.Stack, provider: ProxySessionProvider) -> None:
    """Each kind of failure has an alarm with actions; missing data raises none."""
    topic = aws_sns.Topic(stack, "OnCall")
    made = provider.add_alarms(aws_cloudwatch_actions.SnsAction(topic))

    alarms = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm")

    assert len(made) == len(alarms) == 7
    for alarm in (alarm["Properties"] for alarm in alarms.values()):
        assert alarm["AlarmActions"] == [stack.resolve(topic.topic_arn)]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["EvaluationPeriods"] == 1
        assert alarm["AlarmDescription"]


@pytest.mark.parametrize(
    ("alarm", "metric", "threshold"),
    [
        ("Failed", "SUM([failed_sum_", 1),
        ("Undelivered", "SUM([undelivered_sum_", 1),
        ("Unanswerable", "Unanswerable", 1),
        ("LeftBehind", "LeftBehind", 1),
        ("Slow", "MAX([duration_maximum_", 30_000),
        ("Errors", "Errors", 1),
        ("Throttles", "Throttles", 1),
    ],
)
def test_alarm_watches_its_metric(
    stack: cdk.Stack, provider: ProxySessionProvider, alarm: str, metric: str, threshold: int
) -> None:
    """Each alarm watches its own metric and threshold."""
    provider.add_alarms()
    alarms = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm")

    (found,) = (each["Properties"] for name, each in alarms.items() if f"{alarm}Alarm" in name)

    expressions = [part.get("Expression", "") for part in found.get("Metrics", [])]
    assert found.get("MetricName", "".join(expressions)).startswith(metric)
    assert found["Threshold"] == threshold
    assert found["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
