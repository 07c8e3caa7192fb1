"""The environment variables that point AWS tools at a local cloud, and nothing else at AWS."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from local.folder import ROOT, Folder

REGION = "us-east-1"
# Whatever of these a user has set would lead past the local cloud, or into a real account.
_UNSET = (
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_LOOPBACK = "127.0.0.1,localhost"


def tool_path() -> str:
    """Return the folders of Python's, Node's and CDK's commands, as in PATH."""
    return f"{Path(sys.executable).parent}:{ROOT / 'node_modules' / '.bin'}"


def cloud_variables(folder: Folder, endpoint: str) -> dict[str, str]:
    """Return what an AWS tool needs to know of a cloud.

    Args:
        folder: the cloud's, which CDK's own caches go to.
        endpoint: the cloud's URL.

    """
    return {
        "CDK_HOME": str(folder.cdk_home),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_CHIME_SDK_VOICE": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def tool_environment(folder: Folder, endpoint: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a tool that is started by us.

    Args:
        folder: the cloud's.
        endpoint: the cloud's URL.
        inherited: the caller's environment. No AWS setting of it is passed on.

    """
    kept = {name: value for name, value in inherited.items() if not name.startswith("AWS_")}
    return {
        **kept,
        **cloud_variables(folder, endpoint),
        "PATH": f"{tool_path()}:{inherited.get('PATH', '/usr/bin:/bin')}",
        "NO_PROXY": f"{_LOOPBACK},{inherited.get('NO_PROXY', '')}",
        "no_proxy": f"{_LOOPBACK},{inherited.get('no_proxy', '')}",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }


def server_environment(port: int, temporary: Path) -> dict[str, str]:
    """Return the whole environment of the cloud's process, which its functions inherit.

    Args:
        port: the one that the process serves.
        temporary: a folder for everything that would go to TMPDIR or HOME.

    """
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "AUTH": "true",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AWS_EC2_METADATA_DISABLED": "true",
        # Otherwise ministack tidies up containers wherever it finds a Docker daemon.
        "DOCKER_HOST": f"unix://{temporary}/no-docker.sock",
    }


def shell_script(folder: Folder, endpoint: str) -> str:
    """Return a script for bash, zsh and sh that points the shell it is sourced from at a cloud.

    Args:
        folder: the cloud's.
        endpoint: the cloud's URL.

    """
    exports = "".join(
        f"export {name}={shlex.quote(value)}\n"
        for name, value in cloud_variables(folder, endpoint).items()
    )
    return (
        f"unset {' '.join(_UNSET)}\n"
        f"{exports}"
        f'export PATH={shlex.quote(tool_path())}:"$PATH"\n'
        f'export NO_PROXY="{_LOOPBACK}${{NO_PROXY:+,$NO_PROXY}}"\n'
        f'export no_proxy="{_LOOPBACK}${{no_proxy:+,$no_proxy}}"\n'
    )
