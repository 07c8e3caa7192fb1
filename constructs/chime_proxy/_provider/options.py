"""Options of a provider: the API's endpoint, and settings of the function."""

from typing import TYPE_CHECKING, Any, TypedDict, cast

from aws_cdk import Duration, Token, aws_iam, aws_lambda, aws_logs
from constructs import Node

from chime_proxy._code import ARCHITECTURE
from chime_proxy._options import RefusedDeletion
from chime_proxy._provider.endpoint import check_endpoint
from chime_proxy._service.reference import IProxySessionService

# Named in annotations alone: every import adds to each synthesis.
if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2, aws_kms, aws_sqs

# The last call may take 13 seconds, and a resource created by it must still be deleted before
# Lambda ends the invocation.
_SHORTEST_TIMEOUT = Duration.seconds(50)
# CloudFormation waits three minutes, and Lambda retries one minute after a crash.
_LONGEST_TIMEOUT = Duration.minutes(2)


class FunctionOptions(TypedDict, total=False):
    """Options of the same names as those of `aws_lambda.Function`."""

    architecture: aws_lambda.Architecture | None
    dead_letter_queue: "aws_sqs.IQueue | None"
    environment_encryption: "aws_kms.IKey | None"
    log_group: aws_logs.ILogGroup | None
    memory_size: int | None
    on_failure: aws_lambda.IDestination | None
    reserved_concurrent_executions: int | None
    role: aws_iam.IRole | None
    security_groups: "Sequence[aws_ec2.ISecurityGroup] | None"
    timeout: Duration | None
    vpc: "aws_ec2.IVpc | None"
    vpc_subnets: "aws_ec2.SubnetSelection | None"


class ProviderOptions(FunctionOptions, total=False):
    """All options of a provider."""

    endpoint_url: str | None
    refused_deletion: RefusedDeletion
    service: IProxySessionService | None


_DEFAULTS: ProviderOptions = {
    "architecture": ARCHITECTURE,
    "memory_size": 256,
    "refused_deletion": RefusedDeletion.FAIL,
    "timeout": Duration.minutes(1),
}


def check(options: ProviderOptions) -> None:
    """Refuse unknown options, and values with which the function could not respond.

    Raises:
        TypeError: An option is unknown.
        ValueError: The value of an option is not allowed.
    """
    unknown = options.keys() - ProviderOptions.__optional_keys__
    if unknown:
        msg = f"a ProxySessionProvider has no option {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    _check_refused_deletion(options.get("refused_deletion", RefusedDeletion.FAIL))
    _check_timeout(options.get("timeout"))
    _check_concurrency(options.get("reserved_concurrent_executions"))
    check_endpoint(options.get("endpoint_url"))
    _check_service(options)


def completed(options: ProviderOptions) -> ProviderOptions:
    """Return the options with defaults in place of None and of missing ones."""
    given = {name: value for name, value in options.items() if value is not None}
    return cast("ProviderOptions", {**_DEFAULTS, **given})


def conflicts(existing: ProviderOptions, requested: ProviderOptions) -> list[str]:
    """Return a phrase for each requested option with another value than the existing one."""
    return [
        f"{name} is {_shown(existing.get(name))}, requested {_shown(value)}"
        for name, value in sorted(requested.items())
        if value is not None
        and value is not existing.get(name)
        and _comparable(value) != _comparable(existing.get(name))
    ]


def function_options(options: ProviderOptions) -> FunctionOptions:
    """Return the options of the Lambda function."""
    names = FunctionOptions.__optional_keys__
    chosen = {name: value for name, value in options.items() if name in names}
    return cast("FunctionOptions", chosen)


def _check_service(options: ProviderOptions) -> None:
    if options.get("service") is not None and options.get("endpoint_url") is not None:
        msg = "pass service or endpoint_url, not both: the service has an endpoint of its own"
        raise ValueError(msg)


def _check_refused_deletion(refused_deletion: object) -> None:
    if refused_deletion not in list(RefusedDeletion):
        msg = f"refused_deletion must be one of {', '.join(RefusedDeletion)}"
        raise ValueError(msg)


def _check_timeout(timeout: Duration | None) -> None:
    if timeout is None or timeout.is_unresolved():
        return
    least, most = _SHORTEST_TIMEOUT.to_seconds(), _LONGEST_TIMEOUT.to_seconds()
    if not least <= timeout.to_seconds(integral=False) <= most:
        msg = f"timeout must be a Duration of {least} to {most} seconds"
        raise ValueError(msg)


def _check_concurrency(executions: int | None) -> None:
    if executions is None or Token.is_unresolved(executions):
        return
    if executions < 1:
        msg = "reserved_concurrent_executions must be at least 1: with 0 the function never runs"
        raise ValueError(msg)


def _comparable(value: Any) -> Any:
    match value:
        case object(node=Node() as node):
            return node.addr
        case Duration() if not value.is_unresolved():
            return value.to_milliseconds()
        case aws_lambda.Architecture():
            return value.name
        case list() | tuple():
            return [_comparable(item) for item in value]
        case _:
            return value


def _shown(value: Any) -> str:
    match value:
        case object(node=Node() as node):
            return node.path
        case Duration():
            return value.to_human_string()
        case aws_lambda.Architecture():
            return value.name
        case list() | tuple():
            return f"[{', '.join(map(_shown, value))}]"
        case _:
            return "not set" if value is None else str(value)
