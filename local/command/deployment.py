"""Deploying the CDK app to a local cloud, and removing it again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.command.cdk import Cdk
from local.command.stacks import Stacks
from local.environment import REGION
from local.error import LocalCloudError

_UNATTENDED = ("--require-approval", "never", "--outputs-file")
# The service for plain templates waits until somebody deploys it by name.
_LEFT_OUT = "ChimeProxyService"
_STACKS = f"!{_LEFT_OUT}"
_ENVIRONMENT = f"aws://000000000000/{REGION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An output of a stack."""

    stack: str
    name: str
    value: str


def prepare(cdk: Cdk, stacks: Stacks) -> None:
    """Synthesize the app; meanwhile bootstrap the cloud, if it is not bootstrapped.

    Raises:
        LocalCloudError: one of the two failed; the message is the CLI's output.
    """
    synthesis = cdk.start("synth", "--quiet", "--output", str(cdk.folder.assembly))
    try:
        if not stacks.is_bootstrapped():
            # In a folder without cdk.json, or the app would be synthesized here as well.
            cdk.run("bootstrap", _ENVIRONMENT, folder=cdk.folder.path)
    except BaseException:
        synthesis.cancel()
        raise
    synthesis.finish()


def deploy(cdk: Cdk, stacks: Stacks) -> list[Output]:
    """Deploy the synthesized app.

    Returns:
        The outputs of all deployed stacks.

    Raises:
        LocalCloudError: a stack cannot be deployed in its state; or the deployment failed, and the
            message is the CLI's output.
    """
    stacks.wait_until_settled()
    stacks.check(stack_names(cdk.folder.assembly))
    assembly, outputs = cdk.folder.assembly, cdk.folder.outputs
    outputs.unlink(missing_ok=True)
    try:
        cdk.run("deploy", _STACKS, "--app", str(assembly), *_UNATTENDED, str(outputs))
    except LocalCloudError as error:
        msg = f"{error}\n\nFunctions that do not start say why in {cdk.folder.log}."
        raise LocalCloudError(msg) from error
    return [
        Output(stack=stack, name=name, value=value)
        for stack, values in json.loads(outputs.read_text()).items()
        for name, value in values.items()
    ]


def destroy(cdk: Cdk, stacks: Stacks) -> None:
    """Delete the stacks of the app deployed last, if there was one.

    Raises:
        LocalCloudError: the deletion failed; the message is the CLI's output.
    """
    if not (cdk.folder.assembly / "manifest.json").exists():
        return
    stacks.wait_until_settled()
    cdk.run("destroy", _STACKS, "--force", "--app", str(cdk.folder.assembly))


def stack_names(assembly: Path) -> list[str]:
    """Return the names of the stacks that `deploy` deploys, in the order of the app's manifest."""
    return [name for name in _all_stack_names(assembly) if name != _LEFT_OUT]


def _all_stack_names(assembly: Path) -> Iterator[str]:
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    for name, artifact in artifacts.items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "aws:cloudformation:stack":
            yield properties.get("stackName", name)
        elif artifact["type"] == "cdk:cloud-assembly":
            yield from _all_stack_names(assembly / properties["directoryName"])
