"""The dashboard."""

from aws_cdk import Duration, aws_cloudwatch
from constructs import Construct

from chime_proxy._dashboard.provider_rows import provider_rows
from chime_proxy._dashboard.service_rows import service_rows
from chime_proxy._provider.provider import ProxySessionProvider
from chime_proxy._service.service import ProxySessionService


class ProxySessionDashboard(aws_cloudwatch.Dashboard):
    """A dashboard of a provider, of a service, or of both, one below the other.

    Of a provider: requests, failures, durations and failure reasons. Of a service: sessions,
    refusals, failures, latency, and its table. `add_widgets` adds more widgets below.

    Args:
        scope: where the dashboard belongs.
        construct_id: its id within the scope.
        provider: the provider to show. The log of one from a service token is not shown. Default:
            none.
        service: the service to show. Default: none.
        dashboard_name: its name in CloudWatch. Default: CloudFormation chooses one.

    Raises:
        ValueError: neither `provider` nor `service` is given.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        provider: ProxySessionProvider | None = None,
        service: ProxySessionService | None = None,
        dashboard_name: str | None = None,
    ) -> None:
        if provider is None and service is None:
            msg = "a ProxySessionDashboard needs a provider or a service to show"
            raise ValueError(msg)
        super().__init__(
            scope,
            construct_id,
            dashboard_name=dashboard_name,
            default_interval=Duration.days(1),
            widgets=[
                *(provider_rows(provider) if provider else ()),
                *(service_rows(service) if service else ()),
            ],
        )
