"""Deploying a CDK app to a local cloud."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from chime_proxy_local.command.cdk import Cdk
from chime_proxy_local.command.stacks import Stacks
from chime_proxy_local.environment import REGION
from chime_proxy_local.error import LocalCloudError

# Without a change set, which nobody looks at here: that takes more than a second of each deployment.
_UNATTENDED = ("--require-approval", "never", "--method", "direct", "--outputs-file")
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
        bootstrap(cdk, stacks)
    except BaseException:
        synthesis.cancel()
        raise
    synthesis.finish()


def bootstrap(cdk: Cdk, stacks: Stacks) -> None:
    """Bootstrap the cloud for CDK, if it is not bootstrapped.

    Raises:
        LocalCloudError: it failed; the message is the CLI's output.
    """
    if not stacks.is_bootstrapped():
        # In a folder without cdk.json, or the app would be synthesized as well.
        cdk.run("bootstrap", _ENVIRONMENT, folder=cdk.folder.path)


def deploy(cdk: Cdk, stacks: Stacks, pattern: str) -> list[Output]:
    """Deploy stacks of the synthesized app.

    Args:
        cdk: the CDK CLI.
        stacks: those of the cloud.
        pattern: of the stacks' names, as the CDK CLI takes it: `Calls*`, or `!Calls` for all others.

    Returns:
        The outputs of all deployed stacks.

    Raises:
        LocalCloudError: a stack cannot be deployed in its state; or the deployment failed, and the
            message is the CLI's output.
    """
    stacks.wait_until_settled()
    stacks.check(stack_names(cdk.folder.assembly, pattern))
    assembly, outputs = cdk.folder.assembly, cdk.folder.outputs
    outputs.unlink(missing_ok=True)
    try:
        cdk.run("deploy", pattern, "--app", str(assembly), *_UNATTENDED, str(outputs))
    except LocalCloudError as error:
        msg = f"{error}\n\nFunctions that do not start say why in {cdk.folder.log}."
        raise LocalCloudError(msg) from error
    return [
        Output(stack=stack, name=name, value=value)
        for stack, values in json.loads(outputs.read_text()).items()
        for name, value in values.items()
    ]


def stack_names(assembly: Path, pattern: str) -> list[str]:
    """Return the names of an app's stacks that match a pattern, in the order of its manifest."""
    name, others = pattern.removeprefix("!"), pattern.startswith("!")
    return [one for one in _all_stack_names(assembly) if fnmatchcase(one, name) is not others]


def _all_stack_names(assembly: Path) -> Iterator[str]:
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    for name, artifact in artifacts.items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "aws:cloudformation:stack":
            yield properties.get("stackName", name)
        elif artifact["type"] == "cdk:cloud-assembly":
            yield from _all_stack_names(assembly / properties["directoryName"])
