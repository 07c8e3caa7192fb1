"""The DynamoDB table of a service."""

from dataclasses import dataclass

from aws_cdk import RemovalPolicy, aws_dynamodb, aws_iam
from constructs import Construct

# As `chime_proxy_service.stores.items` has them.
_INDEX = "list"
_EXPIRY = "kept_until"

_ACTIONS = (
    "dynamodb:BatchGetItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
_CONTACT_ACTIONS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")


@dataclass(frozen=True, slots=True)
class NewTable:
    """The options of a table that the service makes."""

    encryption: aws_dynamodb.TableEncryptionV2 | None = None
    billing: aws_dynamodb.Billing | None = None
    warm_throughput: aws_dynamodb.WarmThroughput | None = None
    removal_policy: RemovalPolicy | None = None


def sessions_table(scope: Construct, options: NewTable) -> aws_dynamodb.TableV2:
    """Make the table: on demand, with point-in-time recovery; protected if it is retained."""
    removal_policy = options.removal_policy or RemovalPolicy.RETAIN
    return aws_dynamodb.TableV2(
        scope,
        "Table",
        partition_key=_text("pk"),
        sort_key=_text("sk"),
        global_secondary_indexes=[
            aws_dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=_INDEX,
                partition_key=_text("list_pk"),
                sort_key=_text("list_sk"),
                projection_type=aws_dynamodb.ProjectionType.KEYS_ONLY,
                # A write to an index that is slower than its table is throttled.
                warm_throughput=options.warm_throughput,
            )
        ],
        time_to_live_attribute=_EXPIRY,
        point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        billing=options.billing,
        warm_throughput=options.warm_throughput,
        encryption=options.encryption or aws_dynamodb.TableEncryptionV2.aws_managed_key(),
        deletion_protection=removal_policy is not RemovalPolicy.DESTROY,
        removal_policy=removal_policy,
    )


def table_statements(table: aws_dynamodb.ITableV2) -> list[aws_iam.PolicyStatement]:
    """Allow the calls that the store makes; a transaction needs no action of its own."""
    return [
        aws_iam.PolicyStatement(actions=list(_ACTIONS), resources=[table.table_arn]),
        aws_iam.PolicyStatement(
            actions=["dynamodb:Query"], resources=[f"{table.table_arn}/index/{_INDEX}"]
        ),
    ]


def contact_statements(table: aws_dynamodb.ITableV2) -> list[aws_iam.PolicyStatement]:
    """Allow the calls that connect a call or a text, and end it: no list, no creation, no deletion."""
    return [aws_iam.PolicyStatement(actions=list(_CONTACT_ACTIONS), resources=[table.table_arn])]


def read_statement(table: aws_dynamodb.ITableV2) -> aws_iam.PolicyStatement:
    """Allow reading single items."""
    return aws_iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=[table.table_arn])


def _text(name: str) -> aws_dynamodb.Attribute:
    return aws_dynamodb.Attribute(name=name, type=aws_dynamodb.AttributeType.STRING)
