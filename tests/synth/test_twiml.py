"""The webhook for TwiML as a construct."""

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import (
    assertions,
    aws_apigatewayv2,
    aws_cloudwatch_actions,
    aws_dynamodb,
    aws_events,
    aws_logs,
    aws_secretsmanager,
    aws_sns,
)

from chime_proxy import ProxySessionService, TwimlWebhook
from chime_proxy_service import rules
from chime_proxy_service.handlers import metrics
from chime_proxy_service.records import Stage
from chime_proxy_service.session import DEFAULT_CALL_LIMIT
from chime_proxy_service.telephony.announcements import ANNOUNCEMENTS

PATHS = {"/call", "/call-ended", "/call-status", "/text", "/text-status"}
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:carrier-AbCdEf"


def webhook(stack: cdk.Stack, **options: Any) -> TwimlWebhook:
    """Declare a service and its webhook."""
    service = ProxySessionService(
        stack, "Service", phone_numbers=["+12065550101"], table=options.pop("table", None)
    )
    secret = aws_secretsmanager.Secret.from_secret_complete_arn(stack, "Secret", SECRET_ARN)
    return TwimlWebhook(stack, "Webhook", service=service, secret=secret, **options)


def resources(stack: cdk.Stack, kind: str) -> list[dict[str, Any]]:
    """The properties of the webhook's own resources of a type."""
    found = assertions.Template.from_stack(stack).find_resources(kind)
    return [one["Properties"] for name, one in found.items() if name.startswith("Webhook")]


def statements(stack: cdk.Stack) -> list[dict[str, Any]]:
    """The statements of the webhook's role."""
    policies = resources(stack, "AWS::IAM::Policy")
    return [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]


def test_role_may_connect_contacts_and_nothing_else(stack: cdk.Stack) -> None:
    """The role has three operations on the table itself, its secret and its log."""
    webhook(stack)

    actions = {json.dumps(one["Action"]): one["Resource"] for one in statements(stack)}
    table = json.dumps(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"])
    secret = json.dumps("secretsmanager:GetSecretValue")
    logs = json.dumps(["logs:CreateLogStream", "logs:PutLogEvents"])
    assert actions.keys() == {table, secret, logs}
    assert actions[secret] == SECRET_ARN
    assert isinstance(actions[table], dict)
    assert "index" not in json.dumps(actions[table])


def test_webhook_has_an_api_of_its_own(stack: cdk.Stack) -> None:
    """Only POST on the webhook's paths gets to the function; the service's API has no such path."""
    made = webhook(stack)

    (api,) = resources(stack, "AWS::ApiGatewayV2::Api")
    routes = resources(stack, "AWS::ApiGatewayV2::Route")
    assert api["ProtocolType"] == "HTTP"
    assert {one["RouteKey"] for one in routes} == {f"POST {path}" for path in PATHS}
    assert made.call_url.endswith("/call")
    assert made.text_url.endswith("/text")
    assert made.status_url.endswith("/call-status")


def test_function_has_its_settings_and_no_secret(stack: cdk.Stack) -> None:
    """The environment names the secret and does not have its text."""
    webhook(stack, language="es-US", call_limit=cdk.Duration.minutes(30))

    (function,) = resources(stack, "AWS::Lambda::Function")
    variables = function["Environment"]["Variables"]
    assert {name: value for name, value in variables.items() if name != "TABLE_NAME"} == {
        "SECRET_ARN": SECRET_ARN,
        "ANNOUNCEMENT_LANGUAGE": "es-US",
        "CALL_LIMIT_SECONDS": "1800",
    }
    assert function["Timeout"] == 10


def test_webhook_is_throttled_on_request(stack: cdk.Stack) -> None:
    """The stage has the rate and the burst, and none by default."""
    webhook(stack, throttle=aws_apigatewayv2.ThrottleSettings(rate_limit=20, burst_limit=10))
    other = cdk.Stack(cdk.App(), "Other")
    webhook(other)

    (stage,) = resources(stack, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 10, "ThrottlingRateLimit": 20}
    (stage,) = resources(other, "AWS::ApiGatewayV2::Stage")
    assert "DefaultRouteSettings" not in stage


def test_access_log_of_the_webhook_has_neither_path_nor_query(stack: cdk.Stack) -> None:
    """Who asked and how it was answered is logged, and nothing that the caller wrote."""
    webhook(stack)

    (stage,) = resources(stack, "AWS::ApiGatewayV2::Stage")
    logged = json.loads(stage["AccessLogSettings"]["Format"])
    assert "$context.status" in logged.values()
    assert not [value for value in logged.values() if "path" in value or "query" in value.lower()]
    names = [one["LogGroupName"] for one in resources(stack, "AWS::Logs::LogGroup") if len(one) > 1]
    assert "/aws/vendedlogs/proxy-sessions/" in json.dumps(names)


def test_log_groups_of_the_webhook_may_be_ones_own(stack: cdk.Stack) -> None:
    """Given log groups take the log of the function and that of the API; no other is made."""
    own = aws_logs.LogGroup(stack, "Own")
    accesses = aws_logs.LogGroup(stack, "Accesses")
    webhook(stack, log_group=own, access_log_group=accesses, memory_size=1024)

    assert resources(stack, "AWS::Logs::LogGroup") == []
    (function,) = resources(stack, "AWS::Lambda::Function")
    assert function["LoggingConfig"]["LogGroup"] == stack.resolve(own.log_group_name)
    assert function["MemorySize"] == 1024
    (stage,) = resources(stack, "AWS::ApiGatewayV2::Stage")
    assert stage["AccessLogSettings"]["DestinationArn"] == stack.resolve(accesses.log_group_arn)


def test_alarms_of_the_webhook_are_on_the_metrics_that_the_function_writes(
    stack: cdk.Stack,
) -> None:
    """Every kind of failure has an alarm with a remedy; the function's own metrics exist."""
    made = webhook(stack)
    topic = aws_sns.Topic(stack, "OnCall")
    made.add_alarms(aws_cloudwatch_actions.SnsAction(topic))

    alarms = resources(stack, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 6
    assert all(one["AlarmDescription"].endswith(".") for one in alarms)
    assert all(one["AlarmActions"] for one in alarms)
    written = {one["MetricName"] for one in alarms if one["Namespace"] == metrics.NAMESPACE}
    assert written == {metrics.UNSIGNED, metrics.UNAVAILABLE}


def test_contacts_are_counted_by_their_stage(stack: cdk.Stack) -> None:
    """Each stage of a contact has a metric, under the name that the function writes."""
    made = webhook(stack)

    counted = {made.metric_connected(), made.metric_refused(), made.metric_ended()}
    assert {one.metric_name for one in counted} == {f"Contact{stage}" for stage in Stage}
    assert {one.namespace for one in counted} == {metrics.NAMESPACE}


def test_webhook_sends_events_to_the_given_bus(stack: cdk.Stack) -> None:
    """With a bus the role may put events on it alone."""
    bus = aws_events.EventBus.from_event_bus_name(stack, "Bus", "calls")
    webhook(stack, event_bus=bus)

    (allowed,) = [one for one in statements(stack) if one["Action"] == "events:PutEvents"]
    assert json.dumps(allowed["Resource"]).endswith(':event-bus/calls"]]}')
    (function,) = resources(stack, "AWS::Lambda::Function")
    assert function["Environment"]["Variables"]["EVENT_BUS_NAME"] == "calls"


def test_webhook_may_use_the_key_of_the_table(stack: cdk.Stack) -> None:
    """With a table of one's own and its key, the role may use the key."""
    table = aws_dynamodb.TableV2.from_table_attributes(
        stack,
        "Kept",
        table_name="kept",
        encryption_key=cdk.aws_kms.Key.from_key_arn(
            stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/1"
        ),
    )
    webhook(stack, table=table)

    assert "kms:Decrypt" in json.dumps(statements(stack))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"language": "tlh"}, "language must be one of en-US, es-US"),
        ({"call_limit": cdk.Duration.seconds(59)}, "call_limit must be 1 minute to 12 hours"),
        ({"call_limit": cdk.Duration.minutes(721)}, "call_limit must be 1 minute to 12 hours"),
    ],
)
def test_options_out_of_range_are_refused(
    stack: cdk.Stack, options: dict[str, Any], message: str
) -> None:
    """The error says what is allowed."""
    with pytest.raises(ValueError, match=message):
        webhook(stack, **options)


def test_languages_are_those_of_the_function() -> None:
    """Each language that has announcements is taken, and the error names all of them."""
    for language in ANNOUNCEMENTS:
        webhook(cdk.Stack(cdk.App(), "Calls"), language=language)
    with pytest.raises(ValueError, match=", ".join(ANNOUNCEMENTS)):
        webhook(cdk.Stack(cdk.App(), "Calls"), language="")


def test_call_limits_are_those_of_the_function(stack: cdk.Stack) -> None:
    """The longest call is the same, and so is the call limit of a webhook without one."""
    webhook(stack)
    webhook(
        cdk.Stack(cdk.App(), "Calls"),
        call_limit=cdk.Duration.seconds(rules.MAX_CALL_LIMIT.total_seconds()),
    )

    (function,) = resources(stack, "AWS::Lambda::Function")
    limit = function["Environment"]["Variables"]["CALL_LIMIT_SECONDS"]
    assert int(limit) == DEFAULT_CALL_LIMIT.total_seconds()
