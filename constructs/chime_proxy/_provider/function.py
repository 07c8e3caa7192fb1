"""The Lambda function of a provider, with its role and log group."""

from aws_cdk import (
    Acknowledgment,
    CrossStackReferences,
    ReferenceStrength,
    Stack,
    Validations,
    aws_iam,
    aws_lambda,
    aws_logs,
)
from constructs import Construct

from chime_proxy._code import HANDLER, RUNTIME, provider_code
from chime_proxy._log_group import log_group
from chime_proxy._provider.options import FunctionOptions, ProviderOptions, function_options
from chime_proxy._provider.permissions import policy

# Lambda calls these with the function's role, before and after the function runs.
_NETWORK_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
_WILDCARD = Acknowledgment(
    id="AwsSolutions-IAM5[Resource::*]",
    reason=(
        "Lambda makes the function's network interfaces, whose ids nobody knows beforehand; EC2 lets "
        "the rest of these actions be narrowed to no resource at all."
    ),
)


def provider_function(scope: Construct, options: ProviderOptions) -> aws_lambda.Function:
    """Make the function, and a role and a log group unless the options give them."""
    given_role = options.get("role")
    role = given_role or _role(scope)
    logs = options.get("log_group") or log_group(scope, "LogGroup")
    log_policy = _log_policy(scope, role, logs) if given_role else None
    if log_policy is None:
        logs.grant_write(role)
    settings: FunctionOptions = {
        **function_options(options),
        "role": role,
        "log_group": logs,
    }
    function = aws_lambda.Function(
        scope,
        "Resource",
        description="Custom::ChimeProxySession: proxy sessions for CloudFormation",
        code=provider_code(),
        handler=HANDLER,
        runtime=RUNTIME,
        environment=_environment(options),
        **settings,
    )
    _keep_while_referenced(function)
    if log_policy:
        function.node.add_dependency(log_policy)
    if options.get("vpc"):
        # Lambda checks these permissions of the role when it creates the function.
        function.node.add_dependency(_network_policy(scope, role))
    key = options.get("environment_encryption")
    if key:
        # CDK grants decryption to the role it was given; an Aspect may have put another in its place.
        key.grant_decrypt(role)
    return function


def _role(scope: Construct) -> aws_iam.Role:
    principal = aws_iam.ServicePrincipal("lambda.amazonaws.com")
    role = aws_iam.Role(scope, "Role", assumed_by=principal)
    _keep_while_referenced(role)
    return role


def _keep_while_referenced(resource: Construct) -> None:
    # Sessions in other stacks cannot be deleted without the function and its role.
    CrossStackReferences.of(resource).produce(ReferenceStrength.STRONG)


def _environment(options: ProviderOptions) -> dict[str, str]:
    deletion = {"REFUSED_DELETION": str(options["refused_deletion"])}
    service = options.get("service")
    endpoint_url = service.endpoint_url if service else options.get("endpoint_url")
    # The SDK reads this variable by itself.
    endpoint = {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": endpoint_url} if endpoint_url else {}
    signing = {"API_SIGNING_NAME": "execute-api"} if service else {}
    return {**endpoint, **signing, **deletion}


def _network_policy(scope: Construct, role: aws_iam.IRole) -> aws_iam.Policy:
    statement = aws_iam.PolicyStatement(actions=list(_NETWORK_ACTIONS), resources=["*"])
    made = policy(
        scope,
        role,
        Stack.of(scope),
        "NetworkPolicy",
        lambda network, _role: network.add_statements(statement),
    )
    Validations.of(made).acknowledge(_WILDCARD)
    return made


def _log_policy(
    scope: Construct, role: aws_iam.IRole, log_group: aws_logs.ILogGroup
) -> aws_iam.Policy:
    def grant(log_writer: aws_iam.Policy, _role: aws_iam.IRole) -> None:
        log_group.grant_write(log_writer)

    return policy(scope, role, Stack.of(scope), "LogPolicy", grant)
