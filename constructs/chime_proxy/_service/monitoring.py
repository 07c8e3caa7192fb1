"""Metrics of a service and of the functions of adapters, and alarms on them."""

from collections.abc import Sequence
from typing import TypeAlias, cast

from aws_cdk import Duration, aws_apigatewayv2, aws_cloudwatch, aws_dynamodb, aws_lambda
from constructs import Construct

from chime_proxy._provider.alarms import Rule, alarm_of

# The same as in the function; a test compares them.
_NAMESPACE = "ChimeProxyService"

_TABLE_OPERATIONS = [
    aws_dynamodb.Operation.BATCH_GET_ITEM,
    aws_dynamodb.Operation.DELETE_ITEM,
    aws_dynamodb.Operation.GET_ITEM,
    aws_dynamodb.Operation.PUT_ITEM,
    aws_dynamodb.Operation.QUERY,
    aws_dynamodb.Operation.TRANSACT_WRITE_ITEMS,
    aws_dynamodb.Operation.UPDATE_ITEM,
]

_NO_NUMBER = Rule(
    "A session was refused because no proxy number was free for its participants. Add to the "
    "service's phone_numbers, or to the pool's countries."
)
_UNAVAILABLE = Rule(
    "The table was too busy or not reached. Look at the table's throttled requests, and at its "
    "warm throughput."
)
_FAILED = Rule("A request ended in an error of the server. The function's log names the place.")
_SLOW = Rule(
    "Requests took over five seconds. The provider waits ten for an answer.", threshold=5_000
)
_ERRORS = Rule("The function crashed or ran out of time.")
_THROTTLES = Rule("The function had no concurrency left. Raise the account's.")

Watched: TypeAlias = tuple[str, aws_cloudwatch.Metric, Rule]
"""An alarm's kind, its metric and its rule."""


class MonitoredFunction(Construct):
    """Metrics of a function; the subclass sets `_function`."""

    _function: aws_lambda.IFunction

    def metric_unavailable(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of requests refused because the table could not decide in time.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("Unavailable", period)

    def _function_alarms(
        self, own: Sequence[Watched], actions: Sequence[aws_cloudwatch.IAlarmAction]
    ) -> list[aws_cloudwatch.Alarm]:
        """Make a subclass's own alarms, and those that every function has."""
        watched: list[Watched] = [
            *own,
            ("Unavailable", self.metric_unavailable(), _UNAVAILABLE),
            ("Errors", self._function.metric_errors(), _ERRORS),
            ("Throttles", self._function.metric_throttles(), _THROTTLES),
        ]
        alarms = [alarm_of(self, *one) for one in watched]
        for made in alarms:
            made.add_alarm_action(*actions)
        return alarms

    def _metric(self, name: str, period: Duration | None) -> aws_cloudwatch.Metric:
        return aws_cloudwatch.Metric(
            namespace=_NAMESPACE,
            metric_name=name,
            dimensions_map={"FunctionName": self._function.function_name},
            statistic="Sum",
            period=period,
        )


class MonitoredApi(MonitoredFunction):
    """Metrics of an API and its function; the subclass sets `_api`, too."""

    _api: aws_apigatewayv2.HttpApi

    def metric_failed(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of requests that ended in an error of the server.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._api.metric_server_error(period=period)

    def metric_latency(
        self, *, statistic: str = "p99", period: Duration | None = None
    ) -> aws_cloudwatch.Metric:
        """Milliseconds from a request to its answer.

        Args:
            statistic: such as `p50` or `Maximum`. Default: `p99`.
            period: length of one data point. Default: 5 minutes.
        """
        return self._api.metric_latency(statistic=statistic, period=period)

    def _alarms(
        self,
        own: Sequence[Watched],
        slow: Rule,
        actions: Sequence[aws_cloudwatch.IAlarmAction],
    ) -> list[aws_cloudwatch.Alarm]:
        """Make a subclass's own alarms, and those that every function behind an API has."""
        of_the_api: list[Watched] = [
            ("Failed", self.metric_failed(), _FAILED),
            ("Slow", self.metric_latency(), slow),
        ]
        return self._function_alarms([*own, *of_the_api], actions)


class MonitoredService(MonitoredApi):
    """Metrics and alarms of a service; the subclass sets `_table`, too."""

    _table: aws_dynamodb.ITableV2

    def metric_created(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of sessions created. A repeated creation does not count again.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("Created", period)

    def metric_no_number(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of sessions refused because no proxy number was free.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("NoNumber", period)

    def metric_throttled(self, *, period: Duration | None = None) -> aws_cloudwatch.MathExpression:
        """Number of the function's requests that the table throttled, retries included.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        throttled = self._table.metric_throttled_requests_for_operations(
            operations=_TABLE_OPERATIONS, period=period
        )
        return cast("aws_cloudwatch.MathExpression", throttled)

    def add_alarms(self, *actions: aws_cloudwatch.IAlarmAction) -> list[aws_cloudwatch.Alarm]:
        """Make an alarm for each kind of failure, raised by one occurrence in 5 minutes.

        The kinds: no number free, the table unavailable, errors of the server, requests of over
        five seconds, and the function's own errors and throttles.

        Args:
            actions: actions of a raised alarm, such as notifying a topic.
        """
        return self._alarms([("NoNumber", self.metric_no_number(), _NO_NUMBER)], _SLOW, actions)
