"""Metrics of a service, and alarms on them."""

from typing import cast

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

_RULES = {
    "NoNumber": Rule(
        "A session was refused because no proxy number was free for its participants. Add to the "
        "service's phone_numbers, or to the pool's countries."
    ),
    "Unavailable": Rule(
        "The table was too busy or not reached. Look at the table's throttled requests, and at its "
        "warm throughput."
    ),
    "Failed": Rule(
        "A request ended in an error of the server. The function's log names the place."
    ),
    "Slow": Rule(
        "Requests took over five seconds. The provider waits ten for an answer.", threshold=5_000
    ),
    "Errors": Rule("The function crashed or ran out of time."),
    "Throttles": Rule("The function had no concurrency left. Raise the account's."),
}


class MonitoredService(Construct):
    """Metrics and alarms of a service; the subclass sets `_function`, `_api` and `_table`."""

    _function: aws_lambda.IFunction
    _api: aws_apigatewayv2.HttpApi
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

    def metric_unavailable(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of requests refused because the table could not decide in time.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("Unavailable", period)

    def metric_throttled(self, *, period: Duration | None = None) -> aws_cloudwatch.MathExpression:
        """Number of the function's requests that the table throttled, retries included.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        throttled = self._table.metric_throttled_requests_for_operations(
            operations=_TABLE_OPERATIONS, period=period
        )
        return cast("aws_cloudwatch.MathExpression", throttled)

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

    def add_alarms(self, *actions: aws_cloudwatch.IAlarmAction) -> list[aws_cloudwatch.Alarm]:
        """Make an alarm for each kind of failure, raised by one occurrence in 5 minutes.

        The kinds: no number free, the table unavailable, errors of the server, requests of over
        five seconds, and the function's own errors and throttles.

        Args:
            actions: actions of a raised alarm, such as notifying a topic.
        """
        alarms = [
            alarm_of(self, "NoNumber", self.metric_no_number(), _RULES["NoNumber"]),
            alarm_of(self, "Unavailable", self.metric_unavailable(), _RULES["Unavailable"]),
            alarm_of(self, "Failed", self.metric_failed(), _RULES["Failed"]),
            alarm_of(self, "Slow", self.metric_latency(), _RULES["Slow"]),
            alarm_of(self, "Errors", self._function.metric_errors(), _RULES["Errors"]),
            alarm_of(self, "Throttles", self._function.metric_throttles(), _RULES["Throttles"]),
        ]
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
