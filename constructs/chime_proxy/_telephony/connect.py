"""The calls of a service by Amazon Connect."""

import re

from aws_cdk import (
    Duration,
    Fn,
    Names,
    RemovalPolicy,
    Stack,
    aws_connect,
    aws_events,
    aws_events_targets,
    aws_iam,
    aws_lambda,
    aws_logs,
)
from aws_cdk.interfaces.aws_connect import IInstanceRef
from constructs import Construct

from chime_proxy._code import CONNECT_HANDLER, service_code
from chime_proxy._deferred_value import is_deferred
from chime_proxy._log_group import log_group as new_log_group
from chime_proxy._options import Capability
from chime_proxy._service.events import event_environment, event_statements
from chime_proxy._service.function import function_role, new_function
from chime_proxy._service.service import ProxySessionService
from chime_proxy._service.table import contact_statements
from chime_proxy._telephony.connect_flow import Flow
from chime_proxy._telephony.monitoring import MonitoredCalls
from chime_proxy._telephony.options import DEFAULT_CALL_LIMIT, check_call_limit, check_language

_ARN = re.compile(r"arn:aws[a-z-]*:connect:[a-z0-9-]+:\d{12}:instance/[0-9a-f-]{36}")

_VOICES = {"en-US": "Joanna", "es-US": "Lupe"}
# As `chime_proxy_service.telephony` has them; a test compares them.
_APOLOGIES = {
    "en-US": "You cannot be connected at the moment. Please try again later.",
    "es-US": "En este momento no es posible conectarle. Inténtelo más tarde.",
}
_RING_SECONDS = 45
# A flow waits no longer.
_TIMEOUT = Duration.seconds(8)
_NAME_LENGTH = 80


class AmazonConnectCalls(MonitoredCalls):
    r"""Carries a service's calls by an Amazon Connect instance. It carries no texts.

    A flow, and a function that the flow asks whom a call reaches. The function's role may connect
    contacts and look up the phone numbers of the instance's contacts; it may neither list, create
    nor delete sessions. It was never run on AWS.

    The instance and its numbers are yours. Claim the service's proxy numbers in the instance, and
    associate each with the flow:

        aws connect associate-phone-number-contact-flow --instance-id … --phone-number-id … \
            --contact-flow-id …

    CloudFormation has no resource for that association. So the flow is retained when the construct
    is removed: callers of a number that still leads to it are told that they cannot be connected.

    Args:
        scope: where the flow belongs.
        construct_id: its id within the scope.
        service: the service; it has to be declared in this app.
        instance: the instance, or its ARN; in the service's region and account.
        language: the language of the announcements, `en-US` or `es-US`. Default: `en-US`.
        call_limit: the time after which a call counts as ended if nobody reports its end; 1 minute
            to 12 hours. Amazon Connect does not cut the call. Default: 4 hours.
        event_bus: the EventBridge bus to send an event to for each contact that is connected,
            refused or ended, without phone numbers. Default: none are sent.
        log_group: the log group of the function. Default: one of its own, which keeps three months
            and is deleted with the construct.
        removal_policy: what becomes of the flow when the construct is removed. Default: `RETAIN`.

    Raises:
        ValueError: `instance`, `language` or `call_limit` is not one of these.
    """

    def __init__(  # noqa: PLR0913 - the flow's own options
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ProxySessionService,
        instance: IInstanceRef | str,
        language: str = "en-US",
        call_limit: Duration | None = None,
        event_bus: aws_events.IEventBus | None = None,
        log_group: aws_logs.ILogGroup | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        limit = call_limit or DEFAULT_CALL_LIMIT
        check_language(language)
        check_call_limit(limit)
        self._instance_arn = _arn_of(instance)
        self._function = self._new_function(
            service,
            event_bus,
            log_group or new_log_group(self, "LogGroup"),
            {
                "TABLE_NAME": service.table.table_name,
                "INSTANCE_ARN": self._instance_arn,
                "ANNOUNCEMENT_LANGUAGE": language,
                "CALL_LIMIT_SECONDS": str(int(limit.to_seconds())),
                **event_environment(event_bus),
            },
        )
        self._report_ends()
        self._flow = self._new_flow(language)
        self._flow.node.add_dependency(self._association())
        self._flow.apply_removal_policy(removal_policy)
        service.capability_check.note_adapter(self, self.capabilities)

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """The capabilities of sessions that the instance carries: calls."""
        return (Capability.VOICE,)

    @property
    def flow_arn(self) -> str:
        """The ARN of the flow, as --contact-flow-id of the proxy numbers' association."""
        return self._flow.attr_contact_flow_arn

    @property
    def function(self) -> aws_lambda.IFunction:
        """The function that the flow asks."""
        return self._function

    def _new_function(
        self,
        service: ProxySessionService,
        event_bus: aws_events.IEventBus | None,
        logs: aws_logs.ILogGroup,
        environment: dict[str, str],
    ) -> aws_lambda.Function:
        return new_function(
            self,
            description="Proxy sessions: calls by Amazon Connect",
            code=service_code(),
            handler=CONNECT_HANDLER,
            timeout=_TIMEOUT,
            role=self._new_role(service, event_bus, logs),
            log_group=logs,
            environment=environment,
        )

    def _new_role(
        self,
        service: ProxySessionService,
        event_bus: aws_events.IEventBus | None,
        logs: aws_logs.ILogGroup,
    ) -> aws_iam.Role:
        role = function_role(self)
        described = aws_iam.PolicyStatement(
            actions=["connect:DescribeContact"], resources=[f"{self._instance_arn}/contact/*"]
        )
        for statement in (
            *contact_statements(service.table),
            *event_statements(event_bus),
            described,
        ):
            role.add_to_policy(statement)
        logs.grant_write(role)
        key = service.table.encryption_key
        if key:
            key.grant_encrypt_decrypt(role)
        return role

    def _report_ends(self) -> None:
        """Give the function the instance's own report of the end of each call."""
        aws_events.Rule(
            self,
            "CallEnded",
            description="Proxy sessions: the end of each call of an Amazon Connect instance",
            event_pattern=aws_events.EventPattern(
                source=["aws.connect"],
                detail_type=["Amazon Connect Contact Event"],
                detail={
                    "eventType": ["DISCONNECTED"],
                    "initiationMethod": ["INBOUND"],
                    "instanceArn": [self._instance_arn],
                },
            ),
            targets=[aws_events_targets.LambdaFunction(self._function)],
        )

    def _association(self) -> aws_connect.CfnIntegrationAssociation:
        """Let the instance invoke the function."""
        self._function.add_permission(
            "Instance",
            principal=aws_iam.ServicePrincipal("connect.amazonaws.com"),
            source_arn=self._instance_arn,
            source_account=Stack.of(self).account,
        )
        return aws_connect.CfnIntegrationAssociation(
            self,
            "Association",
            instance_id=self._instance_arn,
            integration_type="LAMBDA_FUNCTION",
            integration_arn=self._function.function_arn,
        )

    def _new_flow(self, language: str) -> aws_connect.CfnContactFlow:
        flow = Flow(
            function_arn=self._function.function_arn,
            voice=_VOICES[language],
            apology=_APOLOGIES[language],
            ring_seconds=_RING_SECONDS,
        )
        return aws_connect.CfnContactFlow(
            self,
            "Flow",
            instance_arn=self._instance_arn,
            name=self._flow_name(),
            description="Proxy sessions: connects the two participants of a session",
            type="CONTACT_FLOW",
            content=Stack.of(self).to_json_string(flow.content()),
        )

    def _flow_name(self) -> str:
        # A flow that an earlier stack left behind keeps its name.
        unique = Fn.select(2, Fn.split("/", Stack.of(self).stack_id))
        return (
            f"{Names.unique_resource_name(self, max_length=_NAME_LENGTH, separator='-')}-{unique}"
        )


def _arn_of(instance: IInstanceRef | str) -> str:
    if not isinstance(instance, str):
        return instance.instance_ref.instance_arn
    if not is_deferred(instance) and not _ARN.fullmatch(instance):
        msg = (
            "instance must be an Amazon Connect instance or its ARN, such as "
            "arn:aws:connect:us-east-1:123456789012:instance/ID"
        )
        raise ValueError(msg)
    return instance
