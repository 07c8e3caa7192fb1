"""The functions on a service's table: their role and their runtime."""

from collections.abc import Mapping

from aws_cdk import Duration, aws_iam, aws_lambda, aws_logs
from constructs import Construct

from chime_proxy._code import ARCHITECTURE, RUNTIME


def function_role(scope: Construct) -> aws_iam.Role:
    """Make a role without permissions that Lambda assumes."""
    return aws_iam.Role(scope, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))


def new_function(  # noqa: PLR0913 - what differs from function to function
    scope: Construct,
    *,
    description: str,
    code: aws_lambda.Code,
    handler: str,
    timeout: Duration,
    role: aws_iam.IRole,
    log_group: aws_logs.ILogGroup,
    environment: Mapping[str, str],
    memory_size: int = 512,
    layers: list[aws_lambda.ILayerVersion] | None = None,
) -> aws_lambda.Function:
    """Make the one function of a construct, on the Python and the processor of all of them."""
    return aws_lambda.Function(
        scope,
        "Function",
        description=description,
        code=code,
        handler=handler,
        runtime=RUNTIME,
        architecture=ARCHITECTURE,
        memory_size=memory_size,
        timeout=timeout,
        role=role,
        log_group=log_group,
        layers=layers,
        environment=dict(environment),
    )
