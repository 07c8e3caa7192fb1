"""The dashboard's body as CloudWatch gets it, with CloudFormation's references replaced by names."""

import json
from typing import Any

import aws_cdk as cdk

from chime_proxy import ProxySessionDashboard, ProxySessionProvider

_NAMES = {
    "AWS::Region": "us-east-1",
    "AWS::LogGroup": "MaskedCalls-Provider-Log",
    "AWS::Lambda": "MaskedCalls-Provider",
}


def widgets() -> list[dict[str, Any]]:
    """The widgets of a synthesized dashboard."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    stack = cdk.Stack(app, "MaskedCalls")
    provider = ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")
    ProxySessionDashboard(stack, "Dashboard", provider=provider)
    resources = app.synth().get_stack_by_name(stack.stack_name).template["Resources"]
    (dashboard,) = (r for r in resources.values() if r["Type"] == "AWS::CloudWatch::Dashboard")
    pieces = dashboard["Properties"]["DashboardBody"]["Fn::Join"][1]
    body = "".join(piece if isinstance(piece, str) else _name(piece["Ref"]) for piece in pieces)
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def _name(reference: str) -> str:
    if reference == "AWS::Region":
        return _NAMES[reference]
    return _NAMES["AWS::LogGroup" if "LogGroup" in reference else "AWS::Lambda"]
