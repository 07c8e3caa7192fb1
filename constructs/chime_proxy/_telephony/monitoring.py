"""Metrics of adapters, and alarms on them."""

from aws_cdk import Duration, aws_cloudwatch

from chime_proxy._provider.alarms import Rule
from chime_proxy._service.monitoring import MonitoredApi, MonitoredFunction

_UNSIGNED = Rule(
    "Requests came that the carrier's secret has not signed. Compare the secret with the carrier's, "
    "and the addresses that are set there with the webhook's; or somebody else found the API."
)
_SLOW = Rule(
    "Requests took over five seconds. The carrier waits fifteen, the function ends after ten.",
    threshold=5_000,
)


class MonitoredAdapter(MonitoredFunction):
    """Metrics of an adapter; the subclass sets `_function`."""

    def metric_connected(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of connected calls and texts.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("ContactConnected", period)

    def metric_refused(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of refused calls and texts, such as a stranger's.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("ContactRefused", period)

    def metric_ended(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of ends of calls, and of final delivery reports of texts.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("ContactEnded", period)


class MonitoredCalls(MonitoredAdapter):
    """Metrics and alarms of an adapter without an API; the subclass sets `_function`."""

    def add_alarms(self, *actions: aws_cloudwatch.IAlarmAction) -> list[aws_cloudwatch.Alarm]:
        """Make an alarm for each kind of failure, raised by one occurrence in 5 minutes.

        The kinds: the table unavailable, and the function's own errors and throttles.

        Args:
            actions: actions of a raised alarm, such as notifying a topic.
        """
        return self._function_alarms([], actions)


class MonitoredWebhook(MonitoredAdapter, MonitoredApi):
    """Metrics and alarms of a webhook; the subclass sets `_function` and `_api`."""

    def metric_unsigned(self, *, period: Duration | None = None) -> aws_cloudwatch.Metric:
        """Number of requests refused because the carrier has not signed them.

        Args:
            period: length of one data point. Default: 5 minutes.
        """
        return self._metric("Unsigned", period)

    def add_alarms(self, *actions: aws_cloudwatch.IAlarmAction) -> list[aws_cloudwatch.Alarm]:
        """Make an alarm for each kind of failure, raised by one occurrence in 5 minutes.

        The kinds: requests without the carrier's signature, the table unavailable, errors of the
        server, requests of over five seconds, and the function's own errors and throttles.

        Args:
            actions: actions of a raised alarm, such as notifying a topic.
        """
        return self._alarms([("Unsigned", self.metric_unsigned(), _UNSIGNED)], _SLOW, actions)
