"""The Lambda function of a provider, with its role and its logs."""

from aws_cdk import RemovalPolicy, aws_iam, aws_lambda, aws_logs
from constructs import Construct

from chime_proxy._code import HANDLER, RUNTIME, provider_code
from chime_proxy._endpoint import check_endpoint
from chime_proxy._options import RefusedDeletion
from chime_proxy._provider_options import FunctionOptions, ProviderOptions, function_options

# What Lambda itself does in the function's name, before and after it runs. None of the actions
# can be narrowed to a resource that exists when the permission is needed.
_NETWORK_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


def provider_function(scope: Construct, options: ProviderOptions) -> aws_lambda.Function:
    """Make the function, and what it needs that was not given."""
    role = options.get("role") or _role(scope)
    log_group = options.get("log_group") or _log_group(scope)
    log_group.grant_write(role)
    settings: FunctionOptions = {
        **function_options(options),
        "role": role,
        "log_group": log_group,
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
    _permit(role, options)
    return function


def _role(scope: Construct) -> aws_iam.Role:
    principal = aws_iam.ServicePrincipal("lambda.amazonaws.com")
    return aws_iam.Role(scope, "Role", assumed_by=principal)


def _log_group(scope: Construct) -> aws_logs.LogGroup:
    return aws_logs.LogGroup(
        scope,
        "LogGroup",
        retention=aws_logs.RetentionDays.THREE_MONTHS,
        removal_policy=RemovalPolicy.DESTROY,
    )


def _environment(options: ProviderOptions) -> dict[str, str]:
    refused_deletion, endpoint_url = options["refused_deletion"], options.get("endpoint_url")
    if refused_deletion not in list(RefusedDeletion):
        msg = f"refused_deletion must be one of {', '.join(RefusedDeletion)}"
        raise ValueError(msg)
    check_endpoint(endpoint_url)
    deletion = {"REFUSED_DELETION": str(refused_deletion)}
    # The SDK's own name for the setting, so the handler has nothing to read.
    endpoint = {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": endpoint_url} if endpoint_url else {}
    return {**endpoint, **deletion}


def _permit(role: aws_iam.IRole, options: ProviderOptions) -> None:
    if options.get("vpc"):
        statement = aws_iam.PolicyStatement(actions=list(_NETWORK_ACTIONS), resources=["*"])
        role.add_to_principal_policy(statement)
    key = options.get("environment_encryption")
    if key:
        # Lambda's own grant is to the role that was there first, and not to one made in its place.
        key.grant_decrypt(role)
