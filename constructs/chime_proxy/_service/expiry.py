"""The checks of sessions at their expiry: a function, and the schedules that invoke it."""

from aws_cdk import (
    ArnFormat,
    Duration,
    Stack,
    aws_dynamodb,
    aws_events,
    aws_iam,
    aws_lambda,
    aws_logs,
    aws_scheduler,
)
from constructs import Construct

from chime_proxy._code import EXPIRY_HANDLER, service_code
from chime_proxy._service.events import event_environment, event_statements
from chime_proxy._service.function import function_role, new_function
from chime_proxy._service.table import read_statement

_SCHEDULER = "scheduler.amazonaws.com"
_TIMEOUT = Duration.seconds(30)


class ExpiryChecks(Construct):
    """Sends the events of closed sessions.

    Args:
        scope: the service.
        construct_id: its id within the scope.
        table: has the sessions.
        event_bus: the bus.
        log_group: the log group of the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        table: aws_dynamodb.ITableV2,
        event_bus: aws_events.IEventBus,
        log_group: aws_logs.ILogGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        self._group = aws_scheduler.CfnScheduleGroup(self, "Group")
        self._scheduler_role = self._new_scheduler_role()
        self._function = self._new_function(table, event_bus, log_group)
        self._scheduler_role.attach_inline_policy(
            aws_iam.Policy(
                self,
                "SchedulerPolicy",
                statements=[
                    aws_iam.PolicyStatement(
                        actions=["lambda:InvokeFunction"], resources=[self._function.function_arn]
                    )
                ],
            )
        )

    @property
    def statements(self) -> list[aws_iam.PolicyStatement]:
        """Allow schedules of the group, which invoke the function by the scheduler's role."""
        schedules = Stack.of(self).format_arn(
            service="scheduler",
            resource="schedule",
            resource_name=f"{self._group.ref}/*",
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )
        return [
            aws_iam.PolicyStatement(actions=["scheduler:CreateSchedule"], resources=[schedules]),
            aws_iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self._scheduler_role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": _SCHEDULER}},
            ),
        ]

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the API's function schedules checks."""
        return {**self._schedules(), "EXPIRY_FUNCTION_ARN": self._function.function_arn}

    def _schedules(self) -> dict[str, str]:
        return {
            "SCHEDULE_GROUP_NAME": self._group.ref,
            "SCHEDULE_ROLE_ARN": self._scheduler_role.role_arn,
        }

    def _new_scheduler_role(self) -> aws_iam.Role:
        by_group = {
            "aws:SourceAccount": Stack.of(self).account,
            "aws:SourceArn": self._group.attr_arn,
        }
        return aws_iam.Role(
            self,
            "SchedulerRole",
            assumed_by=aws_iam.ServicePrincipal(_SCHEDULER, conditions={"StringEquals": by_group}),
        )

    def _new_function(
        self,
        table: aws_dynamodb.ITableV2,
        event_bus: aws_events.IEventBus,
        log_group: aws_logs.ILogGroup,
    ) -> aws_lambda.Function:
        role = function_role(self)
        for statement in (read_statement(table), *event_statements(event_bus), *self.statements):
            role.add_to_policy(statement)
        log_group.grant_write(role)
        if table.encryption_key:
            table.encryption_key.grant_decrypt(role)
        return new_function(
            self,
            description="Proxy sessions: the events of closed sessions",
            code=service_code(),
            handler=EXPIRY_HANDLER,
            timeout=_TIMEOUT,
            role=role,
            log_group=log_group,
            environment={
                "TABLE_NAME": table.table_name,
                **event_environment(event_bus),
                **self._schedules(),
            },
        )
