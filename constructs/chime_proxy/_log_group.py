"""The log group of a function or an API that brings its own."""

from aws_cdk import RemovalPolicy, aws_logs
from constructs import Construct


def log_group(scope: Construct, construct_id: str, name: str | None = None) -> aws_logs.LogGroup:
    """Make a log group that keeps three months and is deleted with its scope."""
    return aws_logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=aws_logs.RetentionDays.THREE_MONTHS,
        removal_policy=RemovalPolicy.DESTROY,
    )
