"""Starting a local cloud for an app, and taking it down with all its stacks."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from chime_proxy_local.cloud.proxy_sessions import VOICE_CONNECTOR_ID
from chime_proxy_local.command import deployment, process
from chime_proxy_local.command.cdk import Cdk
from chime_proxy_local.command.output import get_session, next_steps, output_table
from chime_proxy_local.command.stacks import Stacks, StuckStack
from chime_proxy_local.command.step import show, step
from chime_proxy_local.command.toolchain import check_tools
from chime_proxy_local.environment import api_address, shell_script, tool_environment
from chime_proxy_local.error import LocalCloudError
from chime_proxy_local.faults.control import switch_fault
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint

_NO_CDK = "Not bootstrapped for CDK: {} Then `chime-proxy local` does it."


def up(folder: Folder, pattern: str | None = None) -> None:
    """Start the cloud for an app if none is running, and bootstrap it for CDK.

    The script to source points at the service of the first stack that has one: of the deployed ones
    if a pattern is given, of all otherwise.

    Args:
        folder: the cloud's; its parent has the app's `cdk.json`.
        pattern: of the stacks to deploy, as the CDK CLI takes it. Default: nothing is deployed.

    Raises:
        LocalCloudError: the cloud cannot be started, or the app cannot be deployed.
    """
    if pattern is not None:
        check_tools(_search_path(folder))
    url = endpoint(_running_port(folder))
    # One of before is kept: a deployment that fails leaves the service that it points at.
    if not _is_for(folder, url):
        folder.env.write_text(shell_script(folder, url))
    cdk, stacks = Cdk(app=folder.app, folder=folder, endpoint=url), Stacks(url)
    if pattern is None:
        _bootstrap(cdk, stacks)
        _point_at_service(folder, url, stacks, stacks.names())
        _report(stacks.stuck())
        commands = ["cdk deploy", "chime-proxy sessions --stack NAME"]
        show(next_steps(_shown(folder), url, commands))
        show("  chime-proxy local down")
    else:
        _deploy(cdk, stacks, pattern)


def down(folder: Folder) -> None:
    """Delete the stacks, stop the cloud and remove its files. Can be repeated.

    A stack that cannot be deleted is reported, and goes with the cloud.

    Args:
        folder: the cloud's.

    Raises:
        LocalCloudError: the cloud did not answer. It is stopped even so.
    """
    try:
        stuck = _delete_stacks(folder)
    except LocalCloudError:
        _stop(folder)
        raise
    _stop(folder)
    _report(stuck)


def _running_port(folder: Folder) -> int:
    port = process.running_port(folder)
    if port is not None and process.is_current(folder):
        return port
    with step("Starting the local cloud"):
        port = process.start(folder)
    # The app's repository has no use for it.
    (folder.path / ".gitignore").write_text("*\n")
    return port


def _bootstrap(cdk: Cdk, stacks: Stacks) -> None:
    if stacks.is_bootstrapped():
        return
    try:
        check_tools(_search_path(cdk.folder))
    except LocalCloudError as error:
        show(_NO_CDK.format(error))
        return
    with step("Bootstrapping it for CDK"):
        deployment.bootstrap(cdk, stacks)


def _deploy(cdk: Cdk, stacks: Stacks, pattern: str) -> None:
    folder, url = cdk.folder, cdk.endpoint
    with step("Synthesizing the app"):
        deployment.prepare(cdk, stacks)
    with step("Deploying it"):
        outputs = deployment.deploy(cdk, stacks, pattern)
    names = deployment.stack_names(folder.assembly, pattern)
    sessions = _point_at_service(folder, url, stacks, names)
    show(f"\n{output_table(outputs)}\n")
    show(next_steps(_shown(folder), url, [get_session(*_session_to_show(sessions))]))


def _point_at_service(
    folder: Folder, url: str, stacks: Stacks, names: Sequence[str]
) -> Sequence[str]:
    """Point the script at the service of some stacks, and return the ids of their sessions."""
    deployed = stacks.deployed(names)
    service = deployed.service_api and api_address(url, deployed.service_api)
    folder.env.write_text(shell_script(folder, url, service))
    return deployed.sessions


def _is_for(folder: Folder, url: str) -> bool:
    return folder.env.exists() and url in folder.env.read_text()


def _delete_stacks(folder: Folder) -> list[StuckStack]:
    port = process.running_port(folder)
    if port is None:
        return []
    stacks = Stacks(endpoint(port))
    with step("Deleting the stacks"):
        switch_fault(port, None)
        stacks.wait_until_settled()
        return stacks.delete_all()


def _stop(folder: Folder) -> None:
    with step("Stopping the local cloud"):
        process.stop(folder)
        shutil.rmtree(folder.path, ignore_errors=True)


def _report(stuck: Sequence[StuckStack]) -> None:
    for stack in stuck:
        show(f"\n{stack}\n")


def _session_to_show(physical_ids: Sequence[str]) -> tuple[str, str | None]:
    for physical_id in physical_ids:
        voice_connector_id, _, session_id = physical_id.partition("/")
        return voice_connector_id, session_id
    return VOICE_CONNECTOR_ID, None


def _search_path(folder: Folder) -> str:
    return tool_environment(folder, "", os.environ)["PATH"]


def _shown(folder: Folder) -> Path:
    return folder.env.relative_to(folder.app)
