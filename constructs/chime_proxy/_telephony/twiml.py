"""The webhook for carriers that speak TwiML."""

from aws_cdk import (
    Duration,
    aws_apigatewayv2,
    aws_apigatewayv2_integrations,
    aws_events,
    aws_iam,
    aws_lambda,
    aws_logs,
    aws_secretsmanager,
)
from constructs import Construct

from chime_proxy._code import TWIML_HANDLER, twiml_code
from chime_proxy._log_group import log_group as new_log_group
from chime_proxy._options import Capability
from chime_proxy._secret_reader import SecretReader
from chime_proxy._service.access_log import log_access
from chime_proxy._service.events import event_environment, event_statements
from chime_proxy._service.function import function_role, new_function
from chime_proxy._service.service import ProxySessionService
from chime_proxy._service.table import contact_statements
from chime_proxy._telephony.monitoring import MonitoredWebhook
from chime_proxy._telephony.options import (
    DEFAULT_CALL_LIMIT,
    check_call_limit,
    check_language,
)

# As `chime_proxy_service.telephony` has them; a test compares them.
_PATHS = ("call", "call-ended", "call-status", "text", "text-status")

_TIMEOUT = Duration.seconds(10)


class TwimlWebhook(MonitoredWebhook):
    """Carries a service's calls and texts by Twilio, or by a carrier that speaks its XML.

    An HTTP API of its own, without IAM: the function refuses a request that the carrier has not
    signed. The role may connect contacts, and neither list, create nor delete sessions. It was
    never run with a carrier.

    At the carrier, set of each proxy number: `call_url` as the address for incoming calls,
    `text_url` for incoming texts and `status_url` as the call status callback, each by POST.

    Args:
        scope: where the webhook belongs.
        construct_id: its id within the scope.
        service: the service; it has to be declared in this app.
        secret: the secret whose text the carrier signs with, such as Twilio's auth token.
        language: the language of the announcements, `en-US` or `es-US`. Default: `en-US`.
        call_limit: the time after which a call is cut, and counts as ended if nobody reports it; 1
            minute to 12 hours. Default: 4 hours.
        memory_size: the function's memory in MiB. Default: 512.
        log_group: the log group of the function. Default: one of its own, which keeps three months
            and is deleted with the webhook.
        access_log_group: the log group of the API's access log. Default: as of `log_group`.
        throttle: the requests a second that the API takes, from anybody, and the requests at once.
            It answers others with 429: the carrier then tells its caller so in its own words.
            Default: the account's limit.
        event_bus: the EventBridge bus to send an event to for each connected, refused or
            ended contact, without phone numbers. Default: none are sent.

    Raises:
        ValueError: `language` or `call_limit` is not one of these.
    """

    def __init__(  # noqa: PLR0913 - the webhook's own options
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ProxySessionService,
        secret: aws_secretsmanager.ISecret,
        language: str = "en-US",
        call_limit: Duration | None = None,
        memory_size: int = 512,
        log_group: aws_logs.ILogGroup | None = None,
        access_log_group: aws_logs.ILogGroup | None = None,
        throttle: aws_apigatewayv2.ThrottleSettings | None = None,
        event_bus: aws_events.IEventBus | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        limit = call_limit or DEFAULT_CALL_LIMIT
        check_language(language)
        check_call_limit(limit)
        self._function = self._new_function(
            self._new_role(service, secret, event_bus),
            {
                "TABLE_NAME": service.table.table_name,
                "SECRET_ARN": secret.secret_arn,
                "ANNOUNCEMENT_LANGUAGE": language,
                "CALL_LIMIT_SECONDS": str(int(limit.to_seconds())),
                **event_environment(event_bus),
            },
            memory_size,
            log_group or new_log_group(self, "LogGroup"),
        )
        self._api = self._new_api()
        stage = self._api.add_stage("Stage", auto_deploy=True, throttle=throttle)
        log_access(self, stage, access_log_group)
        service.capability_check.note_adapter(self, self.capabilities)

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """The capabilities it carries: calls and texts."""
        return Capability.VOICE, Capability.SMS

    @property
    def call_url(self) -> str:
        """The address for the carrier's requests about incoming calls."""
        return f"{self._api.api_endpoint}/call"

    @property
    def text_url(self) -> str:
        """The address for the carrier's requests about incoming texts."""
        return f"{self._api.api_endpoint}/text"

    @property
    def status_url(self) -> str:
        """The address for the carrier's reports of the end of calls."""
        return f"{self._api.api_endpoint}/call-status"

    @property
    def function(self) -> aws_lambda.IFunction:
        """The function that answers the carrier."""
        return self._function

    def _new_role(
        self,
        service: ProxySessionService,
        secret: aws_secretsmanager.ISecret,
        event_bus: aws_events.IEventBus | None,
    ) -> aws_iam.Role:
        role = function_role(self)
        policy = aws_iam.Policy(
            self,
            "Policy",
            roles=[role],
            statements=[*contact_statements(service.table), *event_statements(event_bus)],
        )
        secret.grant_read(SecretReader(policy, role))
        key = service.table.encryption_key
        if key:
            key.grant_encrypt_decrypt(role)
        return role

    def _new_function(
        self,
        role: aws_iam.Role,
        environment: dict[str, str],
        memory_size: int,
        logs: aws_logs.ILogGroup,
    ) -> aws_lambda.Function:
        logs.grant_write(role)
        return new_function(
            self,
            description="Proxy sessions: calls and texts by TwiML",
            code=twiml_code(),
            handler=TWIML_HANDLER,
            memory_size=memory_size,
            timeout=_TIMEOUT,
            role=role,
            log_group=logs,
            environment=environment,
        )

    def _new_api(self) -> aws_apigatewayv2.HttpApi:
        api = aws_apigatewayv2.HttpApi(self, "Api", create_default_stage=False)
        integration = aws_apigatewayv2_integrations.HttpLambdaIntegration(
            "Integration", self._function
        )
        for path in _PATHS:
            api.add_routes(
                path=f"/{path}",
                methods=[aws_apigatewayv2.HttpMethod.POST],
                integration=integration,
            )
        return api
