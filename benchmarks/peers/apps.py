"""Declares the same sessions in each approach: `apps.py APPROACH SESSIONS STACKS`.

`CODE` in the environment is the folder of the handlers' code, CDK_OUTDIR the assembly.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_iam, aws_lambda, aws_logs
from constructs import Construct

from chime_proxy_local.cloud.proxy_sessions import VOICE_CONNECTOR_ID
from chime_proxy_local.environment import REGION

if TYPE_CHECKING:
    from aws_cdk.custom_resources import AwsSdkCall

ENDPOINT = "https://calls.example.com"
MINUTES = 60
_CAPABILITIES = ["SMS", "Voice"]
_ACTIONS = [f"chime:{verb}ProxySession" for verb in ("Create", "Update", "Delete")]
# No country has this code.
_NUMBER = "+9990{:08d}"

Declare = Callable[[cdk.Stack, Iterator[list[str]]], None]


def provider(stack: cdk.Stack, pairs: Iterator[list[str]]) -> None:
    """Declare sessions with this project."""
    from chime_proxy import ProxySession, ProxySessionProvider  # noqa: PLC0415 - no peer's

    one = ProxySessionProvider(stack, "Provider", endpoint_url=ENDPOINT)
    for place, participants in enumerate(pairs):
        ProxySession(
            stack,
            f"Session{place}",
            voice_connector=VOICE_CONNECTOR_ID,
            participants=participants,
            capabilities=_CAPABILITIES,
            expiry=cdk.Duration.minutes(MINUTES),
            provider=one,
        )


def bare(stack: cdk.Stack, pairs: Iterator[list[str]]) -> None:
    """Declare sessions with a function that does nothing but the calls."""
    _custom(stack, _function(stack, "bare", "bare.handler").function_arn, pairs)


def bare_in_constructs(stack: cdk.Stack, pairs: Iterator[list[str]]) -> None:
    """Declare the bare sessions by CDK's own constructs as this project does.

    The function has a role and a log group of its own. Each session is in a construct of its own,
    has a `Duration`, and is created after its permission.
    """
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    logs = aws_logs.LogGroup(stack, "Logs", retention=aws_logs.RetentionDays.THREE_MONTHS)
    logs.grant_write(role)
    function = _function(stack, "bare", "bare.handler", role=role, log_group=logs)
    token = function.function_arn
    permission = aws_iam.Grant.add_to_principal(
        grantee=function, actions=["chime:GetProxySession"], resource_arns=["*"]
    )
    for place, participants in enumerate(pairs):
        scope = Construct(stack, f"Session{place}")
        minutes = cdk.Duration.minutes(MINUTES).to_minutes()
        permission.apply_before(_session(scope, "Resource", token, participants, minutes))


def crhelper(stack: cdk.Stack, pairs: Iterator[list[str]]) -> None:
    """Declare sessions with a function that uses crhelper."""
    function = _function(stack, "crhelper", "loopback_crhelper.handler")
    _custom(stack, function.function_arn, pairs)


def framework(stack: cdk.Stack, pairs: Iterator[list[str]]) -> None:
    """Declare sessions with CDK's provider framework."""
    from aws_cdk.custom_resources import Provider  # noqa: PLC0415 - of two peers

    function = _function(stack, "framework", "framework.handler")
    one = Provider(stack, "Provider", on_event_handler=function)
    _custom(stack, one.service_token, pairs)


def aws_custom_resource(stack: cdk.Stack, pairs: Iterator[list[str]]) -> None:
    """Declare sessions with CDK's AwsCustomResource."""
    from aws_cdk.custom_resources import (  # noqa: PLC0415 - of two peers
        AwsCustomResource,
        AwsCustomResourcePolicy,
        PhysicalResourceIdReference,
    )

    policy = AwsCustomResourcePolicy.from_statements([_statement(stack)])
    existing = PhysicalResourceIdReference()
    terms = {"Capabilities": _CAPABILITIES, "ExpiryMinutes": MINUTES}
    for place, participants in enumerate(pairs):
        AwsCustomResource(
            stack,
            f"Session{place}",
            resource_type="Custom::ProxySession",
            on_create=_call("Create", {**terms, "ParticipantPhoneNumbers": participants}),
            on_update=_call("Update", {**terms, "ProxySessionId": existing}),
            on_delete=_call("Delete", {"ProxySessionId": existing}),
            policy=policy,
            install_latest_aws_sdk=False,
        )


APPROACHES: dict[str, Declare] = {
    "provider": provider,
    "bare": bare,
    "bare-in-constructs": bare_in_constructs,
    "crhelper": crhelper,
    "framework": framework,
    "AwsCustomResource": aws_custom_resource,
}


def _function(
    stack: cdk.Stack,
    folder: str,
    handler: str,
    *,
    role: aws_iam.IRole | None = None,
    log_group: aws_logs.ILogGroup | None = None,
) -> aws_lambda.Function:
    function = aws_lambda.Function(
        stack,
        "Function",
        code=aws_lambda.Code.from_asset(str(Path(os.environ["CODE"]) / folder)),
        handler=handler,
        runtime=aws_lambda.Runtime.PYTHON_3_14,
        architecture=aws_lambda.Architecture.ARM_64,
        memory_size=256,
        timeout=cdk.Duration.minutes(1),
        role=role,
        log_group=log_group,
        environment={"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": ENDPOINT},
    )
    function.add_to_role_policy(_statement(stack))
    return function


def _statement(stack: cdk.Stack) -> aws_iam.PolicyStatement:
    connector = stack.format_arn(service="chime", resource="vc", resource_name=VOICE_CONNECTOR_ID)
    return aws_iam.PolicyStatement(actions=_ACTIONS, resources=[connector])


def _custom(stack: cdk.Stack, token: str, pairs: Iterator[list[str]]) -> None:
    for place, participants in enumerate(pairs):
        _session(stack, f"Session{place}", token, participants, MINUTES)


def _session(
    scope: Construct, construct_id: str, token: str, participants: list[str], minutes: float
) -> cdk.CustomResource:
    return cdk.CustomResource(
        scope,
        construct_id,
        resource_type="Custom::ProxySession",
        service_token=token,
        properties={
            "VoiceConnectorId": VOICE_CONNECTOR_ID,
            "ParticipantPhoneNumbers": participants,
            "Capabilities": _CAPABILITIES,
            "ExpiryMinutes": minutes,
        },
    )


def _call(verb: str, parameters: dict[str, Any]) -> "AwsSdkCall":
    from aws_cdk.custom_resources import AwsSdkCall, PhysicalResourceId  # noqa: PLC0415 - of AwsCustomResource alone

    response = PhysicalResourceId.from_response("ProxySession.ProxySessionId")
    return AwsSdkCall(
        service="@aws-sdk/client-chime-sdk-voice",
        action=f"{verb}ProxySession",
        parameters={"VoiceConnectorId": VOICE_CONNECTOR_ID, **parameters},
        physical_resource_id=None if verb == "Delete" else response,
    )


def main(approach: str, sessions: int, stacks: int) -> None:
    """Synthesize stacks of so many sessions each."""
    synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    app = cdk.App(default_stack_synthesizer=synthesizer, analytics_reporting=False)
    environment = cdk.Environment(account="000000000000", region=REGION)
    for number in range(stacks):
        stack = cdk.Stack(app, f"{approach}{number}", env=environment)
        first = 2 * sessions * number
        ends = range(first, first + 2 * sessions, 2)
        pairs = ([_NUMBER.format(end), _NUMBER.format(end + 1)] for end in ends)
        APPROACHES[approach](stack, pairs)
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
