"""The proxy-session service in an account."""

from collections.abc import Sequence

from aws_cdk import (
    ArnFormat,
    CrossStackReferences,
    Duration,
    ReferenceStrength,
    RemovalPolicy,
    Stack,
    aws_apigatewayv2,
    aws_apigatewayv2_authorizers,
    aws_apigatewayv2_integrations,
    aws_dynamodb,
    aws_events,
    aws_iam,
    aws_lambda,
    aws_logs,
    aws_ssm,
)
from constructs import Construct, DependencyGroup, IDependable

from chime_proxy._code import SERVICE_HANDLER, service_code
from chime_proxy._log_group import log_group as new_log_group
from chime_proxy._publication import API_ARN, ENDPOINT_URL, publish
from chime_proxy._service.access_log import log_access
from chime_proxy._service.events import event_environment, event_statements
from chime_proxy._service.expiry import ExpiryChecks
from chime_proxy._service.function import function_role, new_function
from chime_proxy._service.monitoring import MonitoredService
from chime_proxy._service.numbers import check_numbers, numbers_environment, numbers_layer
from chime_proxy._service.reference import IProxySessionService, ServiceBase, ServiceReference
from chime_proxy._service.table import NewTable, sessions_table, table_statements

# The provider waits ten seconds for an answer.
_TIMEOUT = Duration.seconds(10)
_STAGE = "$default"


class ProxySessionService(MonitoredService, ServiceBase):
    """Proxy sessions in this account: the API that AWS ended, on a DynamoDB table.

    An HTTP API with IAM authorization, a function and a table. Pass the construct to
    `VoiceConnectorProxy` as `service`. Callers sign their requests for `execute-api`; each needs a
    permission for its voice connectors.

    The service decides whom a call or a text reaches. It connects none.

    Args:
        scope: where the service belongs.
        construct_id: its id within the scope.
        phone_numbers: the proxy numbers, in E.164 format. A number that is removed from the list
            gets no new sessions; open ones keep it. Numbers that are known only at deployment,
            such as a parameter's, are in the function's environment: at most 200 of them.
        table: an existing table, such as one that was retained when its service was removed. Its
            sessions are there again. Default: a new one.
        encryption: a new table's encryption. Default: by AWS's managed key for DynamoDB.
        billing: a new table's capacity; if it is provisioned, that of its index, too. Default: on
            demand.
        warm_throughput: the requests that a new table, and its index, take at once, before they
            have grown. Default: DynamoDB's own.
        removal_policy: what becomes of a new table when the service is removed. Default:
            `RETAIN`, with deletion protection.
        retention: the whole days for which a session and its numbers are kept after it closed, at
            least one. It is for the sessions to come; those that are there keep theirs. Default: 30
            days.
        memory_size: the function's memory in MiB. Default: 512.
        log_group: the log group of the function. Default: one of its own, which keeps three months
            and is deleted with the service.
        access_log_group: the log group of the API's access log. Default: as of `log_group`.
        throttle: the requests a second that the API takes, and the requests at once. It answers
            others with 429, which the provider repeats. Default: the account's limit.
        domain_mapping: a domain name of yours for the API, with the first part of its paths if
            other APIs share it. Its DNS record is yours to make. Default: none.
        event_bus: the EventBridge bus to send events to, without phone numbers: sessions opened,
            updated, closed and deleted. A second function, and schedules of EventBridge Scheduler
            that invoke it, notice the closings. Default: none are sent.

    Raises:
        ValueError: `phone_numbers` is empty or has an item that is not in E.164 format, or `table`
            is given with an option of a new one, or `retention` is no whole number of days.
    """

    def __init__(  # noqa: PLR0913 - the service's own options
        self,
        scope: Construct,
        construct_id: str,
        *,
        phone_numbers: Sequence[str],
        table: aws_dynamodb.ITableV2 | None = None,
        encryption: aws_dynamodb.TableEncryptionV2 | None = None,
        billing: aws_dynamodb.Billing | None = None,
        warm_throughput: aws_dynamodb.WarmThroughput | None = None,
        removal_policy: RemovalPolicy | None = None,
        retention: Duration | None = None,
        memory_size: int = 512,
        log_group: aws_logs.ILogGroup | None = None,
        access_log_group: aws_logs.ILogGroup | None = None,
        throttle: aws_apigatewayv2.ThrottleSettings | None = None,
        domain_mapping: aws_apigatewayv2.DomainMappingOptions | None = None,
        event_bus: aws_events.IEventBus | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        check_numbers(phone_numbers)
        new_table = NewTable(encryption, billing, warm_throughput, removal_policy)
        if table and new_table != NewTable():
            msg = (
                "encryption, billing, warm_throughput and removal_policy are those of a new table: "
                "leave them out with table"
            )
            raise ValueError(msg)
        self._table = table or sessions_table(self, new_table)
        logs = log_group or new_log_group(self, "LogGroup")
        checks = event_bus and ExpiryChecks(
            self, "Expiry", table=self._table, event_bus=event_bus, log_group=logs
        )
        environment = {
            "TABLE_NAME": self._table.table_name,
            "PROXY_PHONE_NUMBERS": numbers_environment(phone_numbers),
            **_retention_environment(retention),
            **event_environment(event_bus),
            **(checks.environment if checks else {}),
        }
        sending = [*event_statements(event_bus), *(checks.statements if checks else [])]
        self._function, policy = self._new_function(
            phone_numbers, environment, memory_size, logs, sending
        )
        self._api = self._new_api()
        self._stage = self._api.add_stage(
            "Stage", auto_deploy=True, throttle=throttle, domain_mapping=domain_mapping
        )
        self._has_domain = domain_mapping is not None
        log_access(self, self._stage, access_log_group)
        # The stacks of the sessions cannot be deleted without the API.
        CrossStackReferences.of(self._api).produce(ReferenceStrength.STRONG)
        self._serving = DependencyGroup(self._api, self._function, policy)

    @staticmethod
    def from_attributes(
        scope: Construct, construct_id: str, *, endpoint_url: str, api_arn: str
    ) -> IProxySessionService:
        """Refer to a service of another app or stack in this account and region.

        Args:
            scope: a construct of the stack that uses it.
            construct_id: its id within the scope.
            endpoint_url: the address of its API.
            api_arn: the ARN of the API's stage, such as
                `arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default`.

        Raises:
            ValueError: `endpoint_url` is not an http or https address, or `api_arn` is not the ARN
                of a stage.
        """
        return ServiceReference(scope, construct_id, endpoint_url=endpoint_url, api_arn=api_arn)

    @staticmethod
    def from_published(scope: Construct, construct_id: str) -> IProxySessionService:
        """Refer to the service that is published in the account and region of a stack.

        CloudFormation reads the SSM parameters of `publish` at each deployment. It does not keep
        the service from being deleted before the sessions.

        Args:
            scope: a construct of the stack that uses it.
            construct_id: its id within the scope.
        """
        return ServiceReference(
            scope,
            construct_id,
            endpoint_url=aws_ssm.StringParameter.value_for_string_parameter(scope, ENDPOINT_URL),
            api_arn=aws_ssm.StringParameter.value_for_string_parameter(scope, API_ARN),
        )

    @property
    def endpoint_url(self) -> str:
        """The address of the API, for AWS's SDKs and CLI."""
        return self._api.api_endpoint

    @property
    def api_arn(self) -> str:
        """The ARN of the API's stage; a method and a path follow it in a permission."""
        return Stack.of(self._api).format_arn(
            service="execute-api",
            resource=self._api.api_id,
            resource_name=_STAGE,
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )

    @property
    def domain_url(self) -> str:
        """The address of the API at the domain of `domain_mapping`, which serves beside the other.

        Raises:
            ValueError: the service has no `domain_mapping`.
        """
        if not self._has_domain:
            msg = f"{self.node.path} has no domain: give it a domain_mapping, or use endpoint_url"
            raise ValueError(msg)
        return self._stage.domain_url.removesuffix("/")

    @property
    def table(self) -> aws_dynamodb.ITableV2:
        """The table of sessions and configurations."""
        return self._table

    @property
    def function(self) -> aws_lambda.IFunction:
        """The function behind the API."""
        return self._function

    @property
    def serving(self) -> IDependable:
        """Everything that has to be there before the API answers."""
        return self._serving

    def publish(self) -> None:
        """Publish the API's address and ARN for stacks of other apps and plain templates.

        Templates of the same account and region find them as the exports `ChimeProxyEndpointUrl`
        and `ChimeProxyApiArn` and as the SSM parameters `/chime-proxy/endpoint-url` and
        `/chime-proxy/api-arn`; in CDK, `from_published` does. A permission is on the ARN with a
        method and a path, such as `…/*/voice-connectors/ID/proxy-sessions`. The names are fixed,
        so publish one service in each account and region.
        """
        publish(self, {ENDPOINT_URL: self.endpoint_url, API_ARN: self.api_arn})

    def _new_function(
        self,
        phone_numbers: Sequence[str],
        environment: dict[str, str],
        memory_size: int,
        logs: aws_logs.ILogGroup,
        sending: list[aws_iam.PolicyStatement],
    ) -> tuple[aws_lambda.Function, aws_iam.Policy]:
        role = function_role(self)
        logs.grant_write(role)
        policy = aws_iam.Policy(
            self,
            "TablePolicy",
            roles=[role],
            statements=[*table_statements(self._table), *sending],
        )
        key = self._table.encryption_key
        if key:
            key.grant_encrypt_decrypt(role)
        layer = numbers_layer(self, phone_numbers)
        function = new_function(
            self,
            description="Proxy sessions: the API on a DynamoDB table",
            code=service_code(),
            handler=SERVICE_HANDLER,
            memory_size=memory_size,
            timeout=_TIMEOUT,
            role=role,
            log_group=logs,
            layers=[layer] if layer else None,
            environment=environment,
        )
        return function, policy

    def _new_api(self) -> aws_apigatewayv2.HttpApi:
        api = aws_apigatewayv2.HttpApi(
            self,
            "Api",
            create_default_stage=False,
            default_authorizer=aws_apigatewayv2_authorizers.HttpIamAuthorizer(),
        )
        api.add_routes(
            # IAM looks at the path of each request, not at the route.
            path="/voice-connectors/{proxy+}",
            methods=[aws_apigatewayv2.HttpMethod.ANY],
            integration=aws_apigatewayv2_integrations.HttpLambdaIntegration(
                "Integration", self._function
            ),
        )
        return api


def _retention_environment(retention: Duration | None) -> dict[str, str]:
    if retention is None:
        return {}
    days = 0.0 if retention.is_unresolved() else retention.to_days(integral=False)
    if days < 1 or days != int(days):
        msg = "retention must be a Duration of whole days, at least one"
        raise ValueError(msg)
    return {"RETENTION_DAYS": str(int(days))}
