"""The calls by Amazon Connect as a construct."""

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import (
    assertions,
    aws_cloudwatch_actions,
    aws_connect,
    aws_dynamodb,
    aws_events,
    aws_logs,
    aws_sns,
)
from tests.cfn_lint import lint_template
from tests.telephony.connect_flow_check import faults

from chime_proxy import AmazonConnectCalls, Capability, ProxySessionService
from chime_proxy_service.contact import Refusal
from chime_proxy_service.handlers import metrics
from chime_proxy_service.records import Stage
from chime_proxy_service.session import DEFAULT_CALL_LIMIT
from chime_proxy_service.telephony.announcements import ANNOUNCEMENTS
from chime_proxy_service.telephony.switchboard import RING_TIME

INSTANCE = "arn:aws:connect:us-east-1:123456789012:instance/1b2c3d4e-0000-4000-8000-123456789012"
IDS = [
    "CallsAssociationEEE23470",
    "CallsCallEnded3AEF561F",
    "CallsCallEndedAllowEventRuleCallsFunction05329B6C65F0F53A",
    "CallsFlow8DE58E5D",
    "CallsFunction2BB64D72",
    "CallsFunctionInstanceA1AA739A",
    "CallsLogGroupCD231244",
    "CallsRoleCC7036D6",
    "CallsRoleDefaultPolicy54DA549B",
]


def calls(stack: cdk.Stack, **options: Any) -> AmazonConnectCalls:
    """Declare a service and its calls."""
    service = ProxySessionService(
        stack, "Service", phone_numbers=["+12065550101"], table=options.pop("table", None)
    )
    return AmazonConnectCalls(
        stack, "Calls", **{"service": service, "instance": INSTANCE, **options}
    )


def resources(stack: cdk.Stack, kind: str = "") -> dict[str, dict[str, Any]]:
    """The construct's own resources, of a type if one is given."""
    found = assertions.Template.from_stack(stack).to_json()["Resources"]
    return {
        name: one
        for name, one in found.items()
        if name.startswith("Calls") and kind in ("", one["Type"])
    }


def properties(stack: cdk.Stack, kind: str) -> list[dict[str, Any]]:
    """The properties of the construct's own resources of a type."""
    return [one["Properties"] for one in resources(stack, kind).values()]


def statements(stack: cdk.Stack) -> list[dict[str, Any]]:
    """The statements of the role."""
    (policy,) = properties(stack, "AWS::IAM::Policy")
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def flow_of(stack: cdk.Stack) -> dict[str, Any]:
    """The flow's content, with a word in place of each value of the deployment."""
    (flow,) = properties(stack, "AWS::Connect::ContactFlow")
    parts = flow["Content"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "FUNCTION" for part in parts)
    content: dict[str, Any] = json.loads(text)
    return content


def test_logical_ids_of_the_calls_are_pinned(stack: cdk.Stack) -> None:
    """Another id would replace what is deployed; a replaced flow has no numbers."""
    calls(stack)

    assert sorted(resources(stack)) == IDS


def test_role_may_connect_calls_and_look_up_contacts(stack: cdk.Stack) -> None:
    """Three operations on the table itself, one on the instance's contacts, and the log."""
    calls(stack)

    actions = {json.dumps(one["Action"]): one["Resource"] for one in statements(stack)}
    table = json.dumps(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"])
    contacts = json.dumps("connect:DescribeContact")
    logs = json.dumps(["logs:CreateLogStream", "logs:PutLogEvents"])
    assert actions.keys() == {table, contacts, logs}
    assert actions[contacts] == f"{INSTANCE}/contact/*"
    assert "index" not in json.dumps(actions[table])


def test_only_the_instance_and_its_events_may_invoke_the_function(stack: cdk.Stack) -> None:
    """The permissions name the instance with its account, and the rule."""
    calls(stack)

    by_principal = {one["Principal"]: one for one in properties(stack, "AWS::Lambda::Permission")}
    assert by_principal.keys() == {"connect.amazonaws.com", "events.amazonaws.com"}
    instance = by_principal["connect.amazonaws.com"]
    assert instance["SourceArn"] == INSTANCE
    assert instance["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert "CallsCallEnded" in json.dumps(by_principal["events.amazonaws.com"]["SourceArn"])


def test_rule_takes_the_ends_of_the_instances_calls(stack: cdk.Stack) -> None:
    """The event of each inbound contact of this instance that has ended, and no other."""
    calls(stack)

    (rule,) = properties(stack, "AWS::Events::Rule")
    assert rule["EventPattern"] == {
        "source": ["aws.connect"],
        "detail-type": ["Amazon Connect Contact Event"],
        "detail": {
            "eventType": ["DISCONNECTED"],
            "initiationMethod": ["INBOUND"],
            "instanceArn": [INSTANCE],
        },
    }


@pytest.mark.parametrize("language", ANNOUNCEMENTS)
def test_deployed_flow_keeps_all_rules(stack: cdk.Stack, language: str) -> None:
    """The flow has no fault, and the sentence and the time of the service."""
    calls(stack, language=language)

    flow = flow_of(stack)
    blocks = {one["Identifier"]: one["Parameters"] for one in flow["Actions"]}
    assert faults(flow) == []
    assert blocks["sorry"]["Text"] == ANNOUNCEMENTS[language][Refusal.UNAVAILABLE]
    rings = blocks["transfer"]["ThirdPartyConnectionTimeLimitSeconds"]
    assert int(rings) == RING_TIME.total_seconds()
    assert blocks["decide"]["LambdaFunctionARN"] == "FUNCTION"


def test_flow_is_retained_and_comes_after_the_association(stack: cdk.Stack) -> None:
    """Numbers are associated with the flow outside of CloudFormation."""
    made = calls(stack)

    (flow,) = resources(stack, "AWS::Connect::ContactFlow").values()
    (association,) = resources(stack, "AWS::Connect::IntegrationAssociation").items()
    assert flow["DeletionPolicy"] == flow["UpdateReplacePolicy"] == "Retain"
    assert flow["DependsOn"] == [association[0]]
    assert association[1]["Properties"]["InstanceId"] == INSTANCE
    assert "AWS::StackId" in json.dumps(flow["Properties"]["Name"])
    assert stack.resolve(made.flow_arn) == {"Fn::GetAtt": ["CallsFlow8DE58E5D", "ContactFlowArn"]}


def test_flow_can_be_deleted_with_the_construct(stack: cdk.Stack) -> None:
    """For an instance that is only tried."""
    calls(stack, removal_policy=cdk.RemovalPolicy.DESTROY)

    (flow,) = resources(stack, "AWS::Connect::ContactFlow").values()
    assert flow["DeletionPolicy"] == "Delete"


def test_function_has_its_settings(stack: cdk.Stack) -> None:
    """The instance, the language and the limit; a flow waits eight seconds for the answer."""
    calls(stack, language="es-US", call_limit=cdk.Duration.minutes(30))

    (function,) = properties(stack, "AWS::Lambda::Function")
    variables = function["Environment"]["Variables"]
    assert {name: value for name, value in variables.items() if name != "TABLE_NAME"} == {
        "INSTANCE_ARN": INSTANCE,
        "ANNOUNCEMENT_LANGUAGE": "es-US",
        "CALL_LIMIT_SECONDS": "1800",
    }
    assert function["Timeout"] == 8
    assert function["Handler"] == "chime_proxy_service.handlers.connect.handler"


def test_call_limit_of_the_calls_is_the_services(stack: cdk.Stack) -> None:
    """Without one it is the default of every adapter."""
    calls(stack)

    (function,) = properties(stack, "AWS::Lambda::Function")
    limit = function["Environment"]["Variables"]["CALL_LIMIT_SECONDS"]
    assert int(limit) == DEFAULT_CALL_LIMIT.total_seconds()


def test_calls_send_events_to_the_given_bus(stack: cdk.Stack) -> None:
    """With a bus the role may put events on it alone."""
    calls(stack, event_bus=aws_events.EventBus.from_event_bus_name(stack, "Bus", "calls"))

    (allowed,) = [one for one in statements(stack) if one["Action"] == "events:PutEvents"]
    assert json.dumps(allowed["Resource"]).endswith(':event-bus/calls"]]}')
    (function,) = properties(stack, "AWS::Lambda::Function")
    assert function["Environment"]["Variables"]["EVENT_BUS_NAME"] == "calls"


def test_calls_may_use_the_key_of_the_table(stack: cdk.Stack) -> None:
    """With a table of one's own and its key, the role may use the key."""
    key = cdk.aws_kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/1")
    table = aws_dynamodb.TableV2.from_table_attributes(
        stack, "Kept", table_name="kept", encryption_key=key
    )
    calls(stack, table=table)

    assert "kms:Decrypt" in json.dumps(statements(stack))


def test_log_group_of_the_calls_may_be_ones_own(stack: cdk.Stack) -> None:
    """No other is made."""
    own = aws_logs.LogGroup(stack, "Own")
    calls(stack, log_group=own)

    assert properties(stack, "AWS::Logs::LogGroup") == []
    (function,) = properties(stack, "AWS::Lambda::Function")
    assert function["LoggingConfig"]["LogGroup"] == stack.resolve(own.log_group_name)


def test_instance_of_the_same_app_is_taken(stack: cdk.Stack) -> None:
    """An instance that the app declares is referred to by its ARN."""
    instance = aws_connect.CfnInstance(
        stack,
        "Center",
        identity_management_type="CONNECT_MANAGED",
        instance_alias="calls",
        attributes=aws_connect.CfnInstance.AttributesProperty(
            inbound_calls=True, outbound_calls=True
        ),
    )
    calls(stack, instance=instance)

    (flow,) = properties(stack, "AWS::Connect::ContactFlow")
    assert flow["InstanceArn"] == {"Ref": "Center"}


def test_alarms_of_the_calls_are_on_the_metrics_that_the_function_writes(stack: cdk.Stack) -> None:
    """Each kind of failure has an alarm; each stage of a contact has a metric."""
    made = calls(stack)
    made.add_alarms(aws_cloudwatch_actions.SnsAction(aws_sns.Topic(stack, "OnCall")))

    alarms = properties(stack, "AWS::CloudWatch::Alarm")
    names = {one["MetricName"] for one in alarms}
    assert names == {metrics.UNAVAILABLE, "Errors", "Throttles"}
    assert all(one["AlarmActions"] for one in alarms)
    counted = {made.metric_connected(), made.metric_refused(), made.metric_ended()}
    assert {one.metric_name for one in counted} == {f"Contact{stage}" for stage in Stage}


def test_calls_carry_no_texts(stack: cdk.Stack) -> None:
    """A number of an instance cannot be used for calls and texts at once."""
    assert calls(stack).capabilities == (Capability.VOICE,)


def test_template_of_the_calls_has_no_faults(stack: cdk.Stack) -> None:
    """cfn-lint knows the types and their properties."""
    calls(stack)

    template = assertions.Template.from_stack(stack).to_json()
    found = [one for one in lint_template(json.dumps(template)) if one.rule.id != "W3005"]
    assert found == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"language": "tlh"}, "language must be one of en-US, es-US"),
        ({"call_limit": cdk.Duration.seconds(59)}, "call_limit must be 1 minute to 12 hours"),
        ({"instance": "1b2c3d4e"}, "instance must be an Amazon Connect instance or its ARN"),
    ],
    ids=["language", "call limit", "instance"],
)
def test_options_of_the_calls_out_of_range_are_refused(
    stack: cdk.Stack, options: dict[str, Any], message: str
) -> None:
    """The error says what is allowed."""
    with pytest.raises(ValueError, match=message):
        calls(stack, **options)
