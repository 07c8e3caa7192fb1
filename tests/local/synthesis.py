"""Templates of CDK apps for CloudFormation's own API, which needs no bootstrapped account."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
from tests.local.assets import publish_assets
from tests.local.running_cloud import RunningCloud


def new_stack(app: cdk.App, name: str, stack_name: str | None = None) -> cdk.Stack:
    """Add a stack to an app, without the rule that looks for a bootstrapped account."""
    synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    return cdk.Stack(app, name, stack_name=stack_name, synthesizer=synthesizer)


def synthesized(app: cdk.App) -> dict[str, str]:
    """Synthesize an app, and return the template of each stack by the stack's id."""
    app.synth()
    files = Path(app.outdir).glob("*.template.json")
    return {file.name.removesuffix(".template.json"): file.read_text() for file in files}


def published(
    cloud: RunningCloud, assembly: Path, synthesize: Callable[[Path], dict[str, str]]
) -> dict[str, str]:
    """Synthesize an app into a folder, and upload its assets to a cloud."""
    templates = synthesize(assembly)
    publish_assets(assembly, cloud.client("s3"))
    return templates
