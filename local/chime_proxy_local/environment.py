"""The environment variables that point AWS tools at a local cloud and away from AWS."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import chime_proxy
from chime_proxy_local.folder import Folder

REGION = "us-east-1"
# The names of all that a user has set: each could lead past the local cloud, or into an account.
# One name is always there, because zsh's unset wants one.
_AWS_SETTINGS = (
    "AWS_PROFILE $(awk 'BEGIN { for (name in ENVIRON) if (name ~ /^AWS_[A-Z0-9_]+$/) print name }')"
)
_LOOPBACK = "127.0.0.1,localhost"
# By it the AWS CLI signs for the HTTP API of a service.
_SIGNING_DATA = Path(chime_proxy.__file__).with_name("aws_data")
# Where a checkout keeps the libraries that CDK unpacks, and what Node compiles of them.
_CACHE = Path(sys.prefix) / "cache"
CHECKOUT_CACHES = {
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(_CACHE / "jsii"),
    "NODE_COMPILE_CACHE": str(_CACHE / "node"),
}
# A checkout builds the functions' code, which the cloud runs on this Python: bytecode of Lambda's
# Python would take seconds, and make a difference between deployments by make and by hand.
_CHECKOUT = {**CHECKOUT_CACHES, "BUNDLE_BYTECODE": "no"}


def tool_path(folder: Folder) -> str:
    """Return the folders of the commands of Python packages and npm packages, as in PATH.

    Args:
        folder: the cloud's.
    """
    return f"{Path(sys.executable).parent}:{folder.npm_commands}"


def api_address(endpoint: str, api_id: str) -> str:
    """Return the address of an HTTP API that was deployed to a cloud.

    Args:
        endpoint: the cloud's URL.
        api_id: the API's.
    """
    return f"{endpoint}/_aws/execute-api/{api_id}/$default"


def cloud_variables(folder: Folder, endpoint: str, service: str | None = None) -> dict[str, str]:
    """Return the variables an AWS tool needs for a cloud.

    Args:
        folder: the cloud's; has the CDK CLI's caches. The libraries that CDK unpacks are in its own
            cache, or in that of a checkout, which keeps what Node compiles of them too.
        endpoint: the cloud's URL.
        service: the address of the proxy-session service. Default: the cloud's own, which is at
            its URL.
    """
    checkout = _CHECKOUT if _CACHE.is_dir() else {}
    chosen = {"AWS_ENDPOINT_URL_CHIME_SDK_VOICE": service} if service else {}
    return {
        **checkout,
        **chosen,
        "CDK_HOME": str(folder.cdk_home),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DATA_PATH": str(_SIGNING_DATA),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def tool_environment(folder: Folder, endpoint: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a tool started by `chime-proxy local`.

    Args:
        folder: the cloud's.
        endpoint: the cloud's URL.
        inherited: the caller's environment. No AWS setting of it is passed on.
    """
    kept = {name: value for name, value in inherited.items() if not name.startswith("AWS_")}
    return {
        **kept,
        **cloud_variables(folder, endpoint),
        "PATH": f"{tool_path(folder)}:{inherited.get('PATH', '/usr/bin:/bin')}",
        "NO_PROXY": f"{_LOOPBACK},{inherited.get('NO_PROXY', '')}",
        "no_proxy": f"{_LOOPBACK},{inherited.get('no_proxy', '')}",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }


def server_environment(port: int, temporary: Path) -> dict[str, str]:
    """Return the whole environment of the cloud's process; its functions inherit it.

    Args:
        port: the cloud's.
        temporary: a folder for TMPDIR and HOME.
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


def shell_script(folder: Folder, endpoint: str, service: str | None = None) -> str:
    """Return a script to source from bash, zsh or sh: it points the shell at a cloud.

    No AWS setting of the shell stays. Sourced again, the script changes nothing.

    Args:
        folder: the cloud's.
        endpoint: the cloud's URL.
        service: the address of the proxy-session service. Default: the cloud's own.
    """
    exports = "".join(
        f"export {name}={shlex.quote(value)}\n"
        for name, value in cloud_variables(folder, endpoint, service).items()
    )
    return (
        f"unset {_AWS_SETTINGS}\n"
        f"{exports}"
        f"{_add_tools(folder)}"
        f"{_put_first('NO_PROXY', _LOOPBACK, ',')}"
        f"{_put_first('no_proxy', _LOOPBACK, ',')}"
    )


def _add_tools(folder: Folder) -> str:
    """Put the tools first in PATH; behind everything if another virtual environment is active."""
    tools, own = shlex.quote(tool_path(folder)), shlex.quote(sys.prefix)
    return (
        f'case ":$PATH:" in *:{tools}:*) ;; *) case "${{VIRTUAL_ENV:-{sys.prefix}}}" in '
        f'{own}) export PATH={tools}":$PATH" ;; *) export PATH="$PATH:"{tools} ;; esac ;; esac\n'
    )


def _put_first(name: str, value: str, separator: str) -> str:
    first = shlex.quote(value)
    return (
        f'case "${{{name}-}}{separator}" in {first}{separator}*) ;; '
        f'*) export {name}={first}"${{{name}:+{separator}${name}}}" ;; esac\n'
    )
