"""The metrics that the handler writes to its log, and alarms on them."""

import re
from typing import Literal, TypeAlias

from aws_cdk import Duration, aws_cloudwatch, aws_lambda
from constructs import Construct

from chime_proxy._provider.alarms import alarm

Operation: TypeAlias = Literal["Create", "Update", "Delete"]
Measured: TypeAlias = aws_cloudwatch.Metric | aws_cloudwatch.MathExpression

# The handler's own words: a test holds them to what it writes.
_NAMESPACE = "ChimeProxy"
_SERVICE = "chime-proxy-provider"
_UNKNOWN = "Unknown"
_OPERATIONS = ("Create", "Update", "Delete", _UNKNOWN)


class Monitored(Construct):
    """A provider as far as it is watched; what makes one says which function that is."""

    _function: aws_lambda.IFunction

    @property
    def function(self) -> aws_lambda.IFunction:
        """The Lambda function, for what CDK offers of functions: metrics of its own, permissions."""
        return self._function

    def metric_succeeded(
        self, *, operation: Operation | None = None, period: Duration | None = None
    ) -> Measured:
        """How many requests of CloudFormation's succeeded.

        Args:
            operation: `Create`, `Update` or `Delete`. Default: all of them, as a sum.
            period: what is counted together. Default: 5 minutes.
        """
        return self._metric("Succeeded", "Sum", operation, period)

    def metric_failed(
        self, *, operation: Operation | None = None, period: Duration | None = None
    ) -> Measured:
        """How many requests were answered with a failure.

        Args:
            operation: `Create`, `Update` or `Delete`. Default: all of them, as a sum.
            period: what is counted together. Default: 5 minutes.
        """
        return self._metric("Failed", "Sum", operation, period)

    def metric_undelivered(
        self, *, operation: Operation | None = None, period: Duration | None = None
    ) -> Measured:
        """How many answers CloudFormation did not take. Each leaves a stack to wait in vain.

        Args:
            operation: `Create`, `Update` or `Delete`. Default: all of them, as a sum.
            period: what is counted together. Default: 5 minutes.
        """
        return self._metric("Undelivered", "Sum", operation, period)

    def metric_unanswerable(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """How many events did not say where to answer, so were not CloudFormation's.

        Args:
            period: what is counted together. Default: 5 minutes.
        """
        return self._metric_of("Unanswerable", "Sum", _UNKNOWN, period)

    def metric_left_behind(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """How often something was made too late to be told of, and could not be deleted again.

        Args:
            period: what is counted together. Default: 5 minutes.
        """
        return self._metric_of("LeftBehind", "Sum", _UNKNOWN, period)

    def metric_duration(
        self,
        *,
        operation: Operation | None = None,
        statistic: str = "p99",
        period: Duration | None = None,
    ) -> Measured:
        """How long requests took until they were answered, in milliseconds.

        Args:
            operation: `Create`, `Update` or `Delete`. Default: that of them which took longest.
            statistic: such as `p50` or `Maximum`. Default: `p99`.
            period: what is taken together. Default: 5 minutes.
        """
        return self._metric("Duration", statistic, operation, period)

    def add_alarms(self, *actions: aws_cloudwatch.IAlarmAction) -> list[aws_cloudwatch.Alarm]:
        """Make an alarm for each thing that goes wrong, raised by one occurrence in 5 minutes.

        They are for failed requests, answers that CloudFormation did not take, events that
        cannot be answered, what was left behind, requests that take over half a minute, and the
        function's own errors and throttles. Any other alarm is made of a metric: `metric_failed().create_alarm(...)`.

        Args:
            actions: what an alarm does when it is raised, such as to notify a topic.
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
        if operation:
            return self._metric_of(name, statistic, operation, period)
        of_each = {
            _metric_id(name, statistic, each): self._metric_of(name, statistic, each, period)
            for each in _OPERATIONS
        }
        across = "SUM" if statistic == "Sum" else "MAX"
        return aws_cloudwatch.MathExpression(
            expression=f"{across}([{', '.join(of_each)}])",
            using_metrics=of_each,
            label=name,
            period=period,
        )

    def _metric_of(
        self, name: str, statistic: str, operation: str, period: Duration | None
    ) -> aws_cloudwatch.Metric:
        if operation not in _OPERATIONS:
            msg = f"operation must be one of {', '.join(_OPERATIONS[:-1])}"
            raise ValueError(msg)
        return aws_cloudwatch.Metric(
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
    """A metric's name in an expression: a graph may have several expressions."""
    return re.sub(r"\W", "", "_".join(words).lower())
