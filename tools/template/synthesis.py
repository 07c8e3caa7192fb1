"""Synthesizes a stack whose template needs no CDK and no bootstrapped account."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import aws_cdk as cdk
from aws_cdk import aws_lambda
from tools.template.stacks import Functions, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis:
    """The files of a synthesis.

    Args:
        template: the stack's.
        codes: the zip of each function, by the parameter that names its key in the bucket.
    """

    template: dict[str, Any]
    codes: Mapping[str, Path]


def synthesize(kind: Kind, folder: Path) -> Synthesis:
    """Synthesize a stack.

    Args:
        kind: the stack.
        folder: the folder for CDK's files.
    """
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    stack = cdk.Stack(
        app,
        kind.stack_name,
        description=kind.description,
        synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
    )
    assets = _take_code_from_parameters(stack, kind.declare(stack))
    app.synth()
    text = (folder / f"{kind.stack_name}.template.json").read_text(encoding="utf-8")
    codes = {key: folder / asset for key, asset in assets.items()}
    return Synthesis(template=_depending_once(json.loads(text)), codes=codes)


def _take_code_from_parameters(stack: cdk.Stack, functions: Functions) -> dict[str, str]:
    """Put parameters in the place of CDK's assets; return the file name of each asset."""
    bucket = cdk.CfnParameter(
        stack, "CodeBucket", description="A bucket in this region that the code was uploaded to"
    )
    assets = {}
    for parameter_name, function in functions.items():
        key = cdk.CfnParameter(
            stack, parameter_name, description="The key that the code has in the bucket"
        )
        resource = cast("aws_lambda.CfnFunction", function.node.default_child)
        assets[parameter_name] = f"asset.{stack.resolve(resource.code)['s3Key']}"
        resource.code = aws_lambda.CfnFunction.CodeProperty(
            s3_bucket=bucket.value_as_string, s3_key=key.value_as_string
        )
    return assets


def _depending_once(template: dict[str, Any]) -> dict[str, Any]:
    """Remove dependencies on what a resource refers to anyway (cfn-lint's W3005)."""
    for resource in template["Resources"].values():
        if "DependsOn" in resource:
            referred = set(_referred(resource["Properties"]))
            resource["DependsOn"] = [one for one in resource["DependsOn"] if one not in referred]
    return template


def _referred(value: Any) -> Iterator[str]:
    """Find the logical ids of all references in a value."""
    match value:
        case {"Ref": str(logical_id)} | {"Fn::GetAtt": [str(logical_id), _]}:
            yield logical_id
        case dict():
            for member in value.values():
                yield from _referred(member)
        case list():
            for item in value:
                yield from _referred(item)
