"""What a provider can be asked for: where the API is, and the settings of its function."""

from collections.abc import Sequence
from typing import Any, TypedDict, cast

from aws_cdk import Duration, Token, aws_ec2, aws_iam, aws_kms, aws_lambda, aws_logs, aws_sqs
from constructs import Node

from chime_proxy._code import ARCHITECTURE
from chime_proxy._options import RefusedDeletion
from chime_proxy._provider.endpoint import check_endpoint

# A call that was begun last may take its 13 seconds until the time for calls has passed; what it
# made is then still to be taken back before Lambda ends the invocation.
_SHORTEST_TIMEOUT = Duration.seconds(50)
# CloudFormation waits three minutes, and Lambda repeats what crashed after one.
_LONGEST_TIMEOUT = Duration.minutes(2)


class FunctionOptions(TypedDict, total=False):
    """Those of `aws_lambda.Function`, by its names."""

    architecture: aws_lambda.Architecture | None
    dead_letter_queue: aws_sqs.IQueue | None
    environment_encryption: aws_kms.IKey | None
    log_group: aws_logs.ILogGroup | None
    memory_size: int | None
    on_failure: aws_lambda.IDestination | None
    reserved_concurrent_executions: int | None
    role: aws_iam.IRole | None
    security_groups: Sequence[aws_ec2.ISecurityGroup] | None
    timeout: Duration | None
    vpc: aws_ec2.IVpc | None
    vpc_subnets: aws_ec2.SubnetSelection | None


class ProviderOptions(FunctionOptions, total=False):
    """All that a provider can be asked for."""

    endpoint_url: str | None
    refused_deletion: RefusedDeletion


_DEFAULTS: ProviderOptions = {
    "architecture": ARCHITECTURE,
    "memory_size": 256,
    "refused_deletion": RefusedDeletion.FAIL,
    "timeout": Duration.minutes(1),
}


def check(options: ProviderOptions) -> None:
    """Refuse what is no option, and what would leave CloudFormation without an answer.

    Raises:
        TypeError: there is no such option.
        ValueError: its value is not one that it may have.
    """
    unknown = options.keys() - ProviderOptions.__optional_keys__
    if unknown:
        msg = f"a ProxySessionProvider has no option {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    _check_refused_deletion(options.get("refused_deletion", RefusedDeletion.FAIL))
    _check_timeout(options.get("timeout"))
    _check_concurrency(options.get("reserved_concurrent_executions"))
    check_endpoint(options.get("endpoint_url"))


def completed(options: ProviderOptions) -> ProviderOptions:
    """The options with the defaults of those that were not given."""
    given = {name: value for name, value in options.items() if value is not None}
    return cast("ProviderOptions", {**_DEFAULTS, **given})


def conflicts(standing: ProviderOptions, asked: ProviderOptions) -> list[str]:
    """The options that were asked for and are not what stands, with both values."""
    return [
        f"{name} is {_shown(standing.get(name))}, not {_shown(value)}"
        for name, value in sorted(asked.items())
        if value is not None and _comparable(value) != _comparable(standing.get(name))
    ]


def function_options(options: ProviderOptions) -> FunctionOptions:
    """Those of the options that are the function's."""
    names = FunctionOptions.__optional_keys__
    chosen = {name: value for name, value in options.items() if name in names}
    return cast("FunctionOptions", chosen)


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
        msg = "reserved_concurrent_executions must be at least 1: without any nothing is answered"
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
