import json
import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch
from aws_cdk.assertions import Template

from chime_proxy import (
    ProxySessionDashboard,
    ProxySessionProvider,
    ProxySessionService,
)
from chime_proxy_service.handlers.failure import failures_answered
from chime_proxy_service.handlers.metrics import CREATED, NAMESPACE, NO_NUMBER, UNAVAILABLE


@pytest.fixture
def provider(stack: cdk.Stack) -> ProxySessionProvider:
    """A provider."""
    return ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")


@pytest.fixture
def service(stack: cdk.Stack) -> ProxySessionService:
    """A service."""
    return ProxySessionService(stack, "Service", phone_numbers=["+12065550101"])


def widgets(stack: cdk.Stack) -> list[dict[str, Any]]:
    """The widgets of the one dashboard; each reference is its logical id."""
    (found,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Dashboard").values()
    pieces = found["Properties"]["DashboardBody"]["Fn::Join"][1]
    body = "".join(
        piece if isinstance(piece, str) else str(next(iter(piece.values()))) for piece in pieces
    )
    return list(json.loads(body)["widgets"])


def metrics(widget: dict[str, Any]) -> list[list[Any]]:
    """The metrics of a widget, without expressions."""
    named = widget["properties"].get("metrics", [])
    return [metric[:-1] for metric in named if len(metric) > 1]


def test_every_metric_is_written(
    stack: cdk.Stack, provider: ProxySessionProvider, reports: list[dict[str, Any]]
) -> None:
    """The handler writes every metric of the dashboard."""
    ProxySessionDashboard(stack, "Dashboard", provider=provider)
    written = {
        (metric["Name"], report["Operation"])
        for report in reports
        for said in report.get("_aws", {}).get("CloudWatchMetrics", [])
        for metric in said["Metrics"]
    }

    own = [metric for widget in widgets(stack) for metric in metrics(widget)]
    asked = {
        (metric[1], metric[metric.index("Operation") + 1])
        for metric in own
        if metric[0] == "ChimeProxy"
    }

    assert asked <= written
    assert {name for name, _ in asked} == {name for name, _ in written}


def test_each_subject_has_a_widget(stack: cdk.Stack, provider: ProxySessionProvider) -> None:
    """Requests by kind, failures, durations, the function itself and the reasons have a place."""
    ProxySessionDashboard(stack, "Dashboard", provider=provider)

    shown = {widget["properties"].get("title"): widget for widget in widgets(stack)}

    labels = [
        metric[-1]["label"]
        for metric in shown["Milliseconds until answered"]["properties"]["metrics"]
    ]
    assert labels == [f"{o} {p}" for p in ("p50", "p99") for o in ("Create", "Update", "Delete")]
    assert [metric[1] for metric in metrics(shown["Function"])] == [
        "Errors",
        "Throttles",
        "ConcurrentExecutions",
    ]
    assert {"In all", "Succeeded", "Failed, or not taken by CloudFormation"} <= set(shown)


def test_no_widget_covers_another(stack: cdk.Stack, provider: ProxySessionProvider) -> None:
    """Each widget has a place of its own, and the rows are full."""
    ProxySessionDashboard(stack, "Dashboard", provider=provider)

    assert_rows_are_full(stack)


def assert_rows_are_full(stack: cdk.Stack) -> None:
    """Assert that the widgets fill every place of the dashboard once."""
    taken = [
        (x, y)
        for widget in widgets(stack)
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(taken) == len(set(taken)) == 24 * (1 + max(y for _, y in taken))


def test_query_reads_fields_of_the_log(
    stack: cdk.Stack, provider: ProxySessionProvider, reports: list[dict[str, Any]]
) -> None:
    """The query reads fields of the handler's log, and the stack's name from its ARN."""
    ProxySessionDashboard(stack, "Dashboard", provider=provider)
    (line, *_) = (report for report in reports if report.get("request_type") == "Create")

    (query,) = (w["properties"]["query"] for w in widgets(stack) if w["type"] == "log")
    _, status, parse, *_, display = query.split("| ")
    pattern = re.escape(parse.split('"')[1]).replace(r"\*", "(.*?)")
    stack_name = re.fullmatch(f"{pattern[:-5]}(.*)", line["stack_id"])

    assert 'level = "ERROR" or status = "FAILED"' in status
    assert {"level", "status", "stack_id"} <= line.keys()
    assert stack_name
    assert stack_name.group(2) == "Calls"
    shown = set(display.removeprefix("display ").split(", ")) - {"@timestamp", "stack"}
    assert shown <= line.keys()
    assert "physical_resource_id" not in shown


def test_provider_of_elsewhere(stack: cdk.Stack) -> None:
    """The dashboard of a provider from a service token has no log query."""
    token = "arn:aws:lambda:us-east-1:111111111111:function:provider"
    provider = ProxySessionProvider.from_service_token(stack, "Provider", token)
    ProxySessionDashboard(stack, "Dashboard", provider=provider)

    assert [widget for widget in widgets(stack) if widget["type"] == "log"] == []


def test_more_widgets(stack: cdk.Stack, provider: ProxySessionProvider) -> None:
    """The dashboard takes more widgets, and a name."""
    dashboard = ProxySessionDashboard(stack, "Dashboard", provider=provider, dashboard_name="calls")
    dashboard.add_widgets(aws_cloudwatch.TextWidget(markdown="Ask the rides team"))

    *_, last = widgets(stack)

    assert last["properties"]["markdown"] == "Ask the rides team"
    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudWatch::Dashboard", {"DashboardName": "calls"}
    )


def test_service_has_every_metric_of_its_function(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """Sessions, refusals, failures, latency, the function and the table are on the dashboard."""
    ProxySessionDashboard(stack, "Dashboard", service=service)

    shown = [metric for widget in widgets(stack) for metric in metrics(widget)]
    named: dict[str, set[str]] = {}
    for namespace, name, *_ in shown:
        named.setdefault(namespace, set()).add(name)
    assert named == {
        NAMESPACE: {CREATED, NO_NUMBER, UNAVAILABLE},
        "AWS/ApiGateway": {"5xx", "Latency"},
        "AWS/Lambda": {"Errors", "Throttles", "ConcurrentExecutions"},
        "AWS/DynamoDB": {
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ThrottledRequests",
        },
    }
    assert_rows_are_full(stack)


def test_throttles_of_the_table_are_of_the_calls_that_the_function_makes(
    stack: cdk.Stack, service: ProxySessionService
) -> None:
    """Every call that the function's role allows counts, and so does a transaction."""
    ProxySessionDashboard(stack, "Dashboard", service=service)
    (policy,) = (
        one["Properties"]
        for name, one in Template.from_stack(stack).find_resources("AWS::IAM::Policy").items()
        if "TablePolicy" in name
    )
    allowed = policy["PolicyDocument"]["Statement"][0]["Action"]

    counted = {
        metric[metric.index("Operation") + 1]
        for widget in widgets(stack)
        for metric in metrics(widget)
        if metric[1] == "ThrottledRequests"
    }
    assert counted == {one.partition(":")[2] for one in allowed} | {"TransactWriteItems"}


def test_query_of_a_service_reads_the_line_of_a_failure(
    stack: cdk.Stack, service: ProxySessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    """The query finds what the function logs of a failed request, and shows all its fields."""
    ProxySessionDashboard(stack, "Dashboard", service=service)

    def fail(_event: dict[str, Any]) -> dict[str, Any]:
        raise KeyError

    failures_answered(fail, {"requestContext": {"requestId": "1"}})
    line = json.loads(capsys.readouterr().out)

    (query,) = (w["properties"]["query"] for w in widgets(stack) if w["type"] == "log")
    assert f'filter level = "{line["level"]}"' in query
    shown = set(query.split("display ")[1].split(", ")) - {"@timestamp"}
    assert shown == line.keys() - {"level"}


def test_provider_and_service_share_a_dashboard(
    stack: cdk.Stack, provider: ProxySessionProvider, service: ProxySessionService
) -> None:
    """Both are on one dashboard, the service below; without either there is nothing to show."""
    ProxySessionDashboard(stack, "Dashboard", provider=provider, service=service)

    texts = [one["properties"]["markdown"] for one in widgets(stack) if one["type"] == "text"]
    assert [text.partition("\n")[2].partition("`")[0] for text in texts] == [
        "What CloudFormation asked of ",
        "Requests to ",
    ]
    assert_rows_are_full(stack)
    with pytest.raises(ValueError, match="needs a provider or a service"):
        ProxySessionDashboard(stack, "Empty")
