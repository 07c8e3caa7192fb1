"""The program of the cloud's process: `python -m chime_proxy_local.cloud.server PORT FUNCTION_PYTHON`."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app
from ministack.core import hypercorn_compat

from chime_proxy_local.cloud.application import Cloud
from chime_proxy_local.cloud.proxy_sessions import CLOCK, create_service
from chime_proxy_local.cloudformation import ministack
from chime_proxy_local.cloudformation.session_origins import session_origins
from chime_proxy_local.console.console import Console
from chime_proxy_local.deployed.services import DeployedServices
from chime_proxy_local.environment import REGION
from chime_proxy_local.faults.switch import FAULT_SWITCH
from chime_proxy_service.wire.api import Api

if TYPE_CHECKING:
    from hypercorn.typing import Framework

_SHUTDOWN_SECONDS = 1


def main(port: int, function_python: Path) -> None:
    """Serve the cloud on 127.0.0.1 until SIGTERM."""
    hypercorn_compat.install()
    ministack.install(function_python)
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.graceful_timeout = _SHUTDOWN_SECONDS
    service = create_service()
    api = Api(service.api, default_region=REGION)
    deployed = DeployedServices(CLOCK)
    console = Console(lambda: (*deployed.all(), service), clock=CLOCK, origins=session_origins)
    cloud = Cloud(app.app, api, console, FAULT_SWITCH)
    asyncio.run(serve(cast("Framework", cloud), config))


if __name__ == "__main__":
    main(int(sys.argv[-2]), Path(sys.argv[-1]))
