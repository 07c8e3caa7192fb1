"""Bringing an app up on a local cloud, and taking both down."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from local.cloud.proxy_sessions import VOICE_CONNECTOR_ID
from local.command import deployment, process
from local.command.cdk import Cdk
from local.command.output import next_steps, output_table, show, step
from local.command.stacks import Stacks
from local.command.toolchain import check_toolchain
from local.environment import api_address, shell_script, tool_path
from local.error import LocalCloudError
from local.folder import ROOT, Folder
from local.health import endpoint


def up(app: Path, folder: Folder) -> None:
    """Deploy an app, and start the cloud for it if none is running.

    The script to source points at the service of the app's first stack that has one. A service that
    was deployed otherwise, such as that of ChimeProxyService, is not taken.

    Args:
        app: the folder with the app's `cdk.json`.
        folder: the cloud's.

    Raises:
        LocalCloudError: the cloud cannot be started, or the app cannot be deployed.
    """
    check_toolchain(ROOT / "requirements.txt", tool_path())
    url = endpoint(_running_port(folder))
    # One of before is kept: a deployment that fails leaves the service that it points at.
    if not _is_for(folder.env, url):
        folder.env.write_text(shell_script(folder, url))
    cdk, stacks = Cdk(app=app, folder=folder, endpoint=url), Stacks(url)
    with step("Synthesizing the app"):
        deployment.prepare(cdk, stacks)
    with step("Deploying it"):
        outputs = deployment.deploy(cdk, stacks)
    deployed = stacks.deployed(deployment.stack_names(folder.assembly))
    service = deployed.service_api and api_address(url, deployed.service_api)
    folder.env.write_text(shell_script(folder, url, service))
    show(f"\n{output_table(outputs)}\n")
    show(next_steps(_shown(folder.env, app), url, *_session_to_show(deployed.sessions)))


def down(app: Path, folder: Folder) -> None:
    """Delete the stacks, stop the cloud and remove its files. Can be repeated.

    Args:
        app: the folder with the app's `cdk.json`.
        folder: the cloud's.

    Raises:
        LocalCloudError: the stacks could not be deleted. The cloud is gone even so.
    """
    failure = _destroy(app, folder)
    with step("Stopping the local cloud"):
        process.stop(folder)
        shutil.rmtree(folder.path, ignore_errors=True)
    if failure:
        msg = f"The local cloud is gone, but before that {failure}"
        raise LocalCloudError(msg) from failure


def _running_port(folder: Folder) -> int:
    port = process.running_port(folder)
    if port is not None and process.is_current(folder):
        return port
    with step("Starting the local cloud"):
        return process.start(folder)


def _is_for(script: Path, url: str) -> bool:
    return script.exists() and url in script.read_text()


def _destroy(app: Path, folder: Folder) -> LocalCloudError | None:
    port = process.running_port(folder)
    if port is None:
        return None
    url = endpoint(port)
    try:
        with step("Deleting the stacks"):
            deployment.destroy(Cdk(app=app, folder=folder, endpoint=url), Stacks(url))
    except LocalCloudError as failure:
        return failure
    return None


def _session_to_show(physical_ids: Sequence[str]) -> tuple[str, str | None]:
    for physical_id in physical_ids:
        voice_connector_id, _, session_id = physical_id.partition("/")
        return voice_connector_id, session_id
    return VOICE_CONNECTOR_ID, None


def _shown(file: Path, app: Path) -> Path:
    return file.relative_to(app) if file.is_relative_to(app) else file
