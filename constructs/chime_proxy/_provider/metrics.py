"""Metrics of the handler, and alarms on them."""

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

import aws_cdk as cdk
from aws_cdk import Duration, aws_lambda
from constructs import Construct

from chime_proxy._provider.alarms import alarm

# Named in annotations alone: every import adds to each synthesis.
if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch

Operation: TypeAlias = Literal["Create", "Update", "Delete"]
Measured: TypeAlias = "aws_cloudwatch.Metric | aws_cloudwatch.MathExpression"

# The same as in the handler; a test compares them.
_NAMESPACE = "ChimeProxy"
_SERVICE = "chime-proxy-provider"
_UNKNOWN = "Unknown"
_OPERATIONS = ("Create", "Update", "Delete", _UNKNOWN)


class Monitored(Construct):
    """Metrics and alarms of a provider; the subclass sets `_function`."""

    _function: aws_lambda.IFunction

    @property
    def function(self) -> aws_lambda.IFunction:
        """The Lambda function, with CDK's own methods such as `grant_invoke` and `metric_errors`."""
        return self._function

    def metric_succeeded(
        self, *, operation: Operation | None = None, period: Duration | None = None
    ) -> Measured:
        """Number of successful requests.

        Args:
            operation: `Create`, `Update` or `Delete`. Default: the sum of all.
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("Succeeded", "Sum", operation, period)

    def metric_failed(
        self, *, operation: Operation | None = None, period: Duration | None = None
    ) -> Measured:
        """Number of requests answered with FAILED.

        Args:
            operation: `Create`, `Update` or `Delete`. Default: the sum of all.
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("Failed", "Sum", operation, period)

    def metric_undelivered(
        self, *, operation: Operation | None = None, period: Duration | None = None
    ) -> Measured:
        """Number of responses CloudFormation did not accept. For each, a stack waits in vain.

        Args:
            operation: `Create`, `Update` or `Delete`. Default: the sum of all.
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("Undelivered", "Sum", operation, period)

    def metric_unanswerable(self, *, period: Duration | None = None) -> "aws_cloudwatch.Metric":
        """Number of events without a response URL, so not from CloudFormation.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric_of("Unanswerable", "Sum", _UNKNOWN, period)

    def metric_left_behind(self, *, period: Duration | None = None) -> "aws_cloudwatch.Metric":
        """Number of resources created too late to report, and not deleted again.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric_of("LeftBehind", "Sum", _UNKNOWN, period)

    def metric_duration(
        self,
        *,
        operation: Operation | None = None,
        statistic: str = "p99",
        period: Duration | None = None,
    ) -> Measured:
        """Milliseconds from the start of a request to its response.

        Args:
            operation: `Create`, `Update` or `Delete`. Default: the longest of all.
            statistic: such as `p50` or `Maximum`. Default: `p99`.
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("Duration", statistic, operation, period)

    def add_alarms(self, *actions: "aws_cloudwatch.IAlarmAction") -> "list[aws_cloudwatch.Alarm]":
        """Make an alarm for each kind of failure, raised by one occurrence in 5 minutes.

        The kinds: failed requests, responses CloudFormation did not accept, events without a
        response URL, resources left behind, requests of over half a minute, and the function's
        own errors and throttles. Make any other alarm from a metric, as in
        `metric_failed().create_alarm(...)`.

        Args:
            actions: actions of a raised alarm, such as notifying a topic.
        """
        alarms = [
            alarm(self, "Failed", self.metric_failed()),
            alarm(self, "Undelivered", self.metric_undelivered()),
            alarm(self, "Unanswerable", self.metric_unanswerable()),
            alarm(self, "LeftBehind", self.metric_left_behind()),
            alarm(self, "Slow", self.metric_duration(statistic="Maximum")),
            alarm(self, "Errors", self.function.metric_errors()),
            alarm(self, "Throttles", self.function.metric_throttles()),
        ]
        for made in alarms:
            made.add_alarm_action(*actions)
        return alarms

    def _metric(
        self, name: str, statistic: str, operation: Operation | None, period: Duration | None
    ) -> Measured:
        if operation is not None:
            return self._metric_of(name, statistic, operation, period)
        of_each = {
            _metric_id(name, statistic, each): self._metric_of(name, statistic, each, period)
            for each in _OPERATIONS
        }
        across = "SUM" if statistic == "Sum" else "MAX"
        return cdk.aws_cloudwatch.MathExpression(
            expression=f"{across}([{', '.join(of_each)}])",
            using_metrics=of_each,
            label=name,
            period=period,
        )

    def _metric_of(
        self, name: str, statistic: str, operation: str, period: Duration | None
    ) -> "aws_cloudwatch.Metric":
        if operation not in _OPERATIONS:
            msg = f"operation must be one of {', '.join(_OPERATIONS[:-1])}"
            raise ValueError(msg)
        return cdk.aws_cloudwatch.Metric(
            namespace=_NAMESPACE,
            metric_name=name,
            statistic=statistic,
            period=period,
            dimensions_map={
                "service": _SERVICE,
                "FunctionName": self.function.function_name,
                "Operation": operation,
            },
        )


def _metric_id(*words: str) -> str:
    """Return an id of a metric, unique among the expressions of one graph."""
    return re.sub(r"\W", "", "_".join(words).lower())
