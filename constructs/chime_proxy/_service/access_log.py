"""The access log of an API, without anything that a caller wrote."""

import json
from typing import cast

from aws_cdk import Fn, Stack, aws_apigatewayv2, aws_logs
from constructs import Construct

from chime_proxy._log_group import log_group

# The path is the caller's own text, and could have a phone number.
_FORMAT = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "caller": "$context.identity.userArn",
    "status": "$context.status",
    "error": "$context.error.message",
    "latency": "$context.responseLatency",
}


def log_access(
    scope: Construct, stage: aws_apigatewayv2.HttpStage, logs: aws_logs.ILogGroup | None
) -> None:
    """Log the requests of a stage.

    Args:
        scope: has the log group, if a new one is made.
        stage: the API's stage.
        logs: the log group. None: a new one, which keeps three months.
    """
    destination = logs or log_group(scope, "AccessLog", _vended_name(scope))
    resource = cast("aws_apigatewayv2.CfnStage", stage.node.default_child)
    resource.access_log_settings = aws_apigatewayv2.CfnStage.AccessLogSettingsProperty(
        destination_arn=destination.log_group_arn, format=json.dumps(_FORMAT)
    )


def _vended_name(scope: Construct) -> str:
    # Only with this prefix API Gateway needs no policy of CloudWatch Logs, whose length is limited.
    unique = Fn.select(2, Fn.split("/", Stack.of(scope).stack_id))
    return f"/aws/vendedlogs/proxy-sessions/{scope.node.addr[-8:]}-{unique}"
