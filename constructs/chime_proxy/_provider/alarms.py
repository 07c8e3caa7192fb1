"""Alarms on a provider's metrics, with their thresholds and descriptions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

# Named in annotations alone: every import adds to each synthesis.
if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch


@dataclass(frozen=True, slots=True)
class Rule:
    """The description of an alarm, and the value that raises it."""

    description: str
    threshold: float = 1


_RULES = {
    "Failed": Rule(
        "A proxy session could not be created, updated or deleted. The stack's events and the "
        "provider's log say which and why."
    ),
    "Undelivered": Rule(
        "CloudFormation did not take an answer. Its stack waits for three minutes, then fails; "
        "a session may be there that it does not know of."
    ),
    "Unanswerable": Rule(
        "The provider was called with something that is no request of CloudFormation's. Look for "
        "who calls it."
    ),
    "LeftBehind": Rule(
        "A session or a configuration was made too late to tell CloudFormation, and could not be "
        "deleted again. The provider's log has its id: delete it by hand."
    ),
    "Slow": Rule(
        "A request took over half a minute. CloudFormation waits for three, the function stops "
        "calling the API well before its time-out: look at the API and at the network.",
        threshold=30_000,
    ),
    "Errors": Rule(
        "The provider crashed, ran out of time or could not deliver an answer. Lambda repeats "
        "the request after a minute."
    ),
    "Throttles": Rule(
        "The provider had no concurrency left, and CloudFormation does not wait for long. Raise "
        "what is reserved for it, or the account's own."
    ),
}


def alarm(
    provider: Construct, kind: str, metric: "aws_cloudwatch.Metric | aws_cloudwatch.MathExpression"
) -> "aws_cloudwatch.Alarm":
    """Make an alarm of a provider."""
    return alarm_of(provider, kind, metric, _RULES[kind])


def alarm_of(
    scope: Construct,
    kind: str,
    metric: "aws_cloudwatch.Metric | aws_cloudwatch.MathExpression",
    rule: Rule,
) -> "aws_cloudwatch.Alarm":
    """Make an alarm: one period at or above the threshold raises it."""
    return metric.create_alarm(
        scope,
        f"{kind}Alarm",
        alarm_description=rule.description,
        threshold=rule.threshold,
        comparison_operator=cdk.aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluation_periods=1,
        # A period without requests has no data points.
        treat_missing_data=cdk.aws_cloudwatch.TreatMissingData.NOT_BREACHING,
    )
