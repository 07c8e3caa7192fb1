"""Synthesizes the provider's stack of `app.py`, with parameters for the values that CDK would fill in."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam, aws_lambda

from chime_proxy import ProxySessionProvider

STACK_NAME = "ChimeProxyProvider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """The files of a synthesis.

    Args:
        template: the stack's.
        code: the function's zip.

    """

    template: dict[str, Any]
    code: Path


def synthesize(folder: Path) -> Synthesis:
    """Synthesize the stack.

    Args:
        folder: the folder for CDK's files.

    """
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    _declare(app)
    app.synth()
    template = json.loads((folder / f"{STACK_NAME}.template.json").read_text(encoding="utf-8"))
    (code,) = folder.glob("asset.*.zip")
    return Synthesis(template=template, code=code)


def _declare(app: cdk.App) -> None:
    stack = cdk.Stack(
        app,
        STACK_NAME,
        description="The provider of Custom::ChimeProxySession, once per account and region",
        synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
    )
    provider = ProxySessionProvider(stack, "Provider", endpoint_url=_endpoint_url(stack))
    provider.publish()
    (function,) = (
        construct
        for construct in provider.node.find_all()
        if isinstance(construct, aws_lambda.CfnFunction)
    )
    function.code = _code(stack)
    _depend_once(function, provider)


def _endpoint_url(stack: cdk.Stack) -> str:
    parameter = cdk.CfnParameter(
        stack,
        "EndpointUrl",
        description="Where the proxy-session API is; AWS ended support for its own on 2026-04-07",
        allowed_pattern=r"https?://[^/?#\s]+(/[^?#\s]*)?",
        constraint_description="must be an http or https address",
    )
    return parameter.value_as_string


def _code(stack: cdk.Stack) -> aws_lambda.CfnFunction.CodeProperty:
    bucket = cdk.CfnParameter(
        stack, "CodeBucket", description="A bucket in this region that the code was uploaded to"
    )
    key = cdk.CfnParameter(stack, "CodeKey", description="The key that the code has in the bucket")
    return aws_lambda.CfnFunction.CodeProperty(
        s3_bucket=bucket.value_as_string, s3_key=key.value_as_string
    )


def _depend_once(function: aws_lambda.CfnFunction, provider: ProxySessionProvider) -> None:
    """Remove the dependency on the role: the reference to its ARN is one already (cfn-lint's W3005)."""
    policies = [
        function.stack.resolve(construct.logical_id)
        for construct in provider.node.find_all()
        if isinstance(construct, aws_iam.CfnPolicy)
    ]
    function.add_override("DependsOn", policies)
