"""The code that runs in Lambda: the zips that the wheel carries, or that a checkout builds."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from aws_cdk import aws_lambda

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_lambda"
_CHECKOUT = _PACKAGE.parents[1]
HANDLER = "chime_proxy_provider.handler.handler"
SERVICE_HANDLER = "chime_proxy_service.handlers.api.handler"
EXPIRY_HANDLER = "chime_proxy_service.handlers.expiry.handler"
CONNECT_HANDLER = "chime_proxy_service.handlers.connect.handler"
TWIML_HANDLER = "chime_proxy_service.handlers.twiml.handler"
RUNTIME = aws_lambda.Runtime.PYTHON_3_14
ARCHITECTURE = aws_lambda.Architecture.ARM_64


def provider_code() -> aws_lambda.Code:
    """The zip of the provider and the packages that it imports; the runtime brings boto3.

    Raises:
        RuntimeError: a checkout has no zip of its present sources, and cannot build it.
    """
    return _code("provider")


def service_code() -> aws_lambda.Code:
    """The zip of the service and the packages that it imports; the runtime brings boto3.

    Raises:
        RuntimeError: a checkout has no zip of its present sources, and cannot build it.
    """
    return _code("service")


def twiml_code() -> aws_lambda.Code:
    """The zip of the webhook for TwiML and the packages that it imports; the runtime brings boto3.

    Raises:
        RuntimeError: a checkout has no zip of its present sources, and cannot build it.
    """
    return _code("twiml")


def _code(function: str) -> aws_lambda.Code:
    if _SHIPPED.is_dir():
        return aws_lambda.Code.from_asset(str(_SHIPPED / f"{function}.zip"))
    _build(function)
    return aws_lambda.Code.from_asset(str(_CHECKOUT / ".bundle" / f"{function}.zip"))


@cache
def _build(function: str) -> None:
    """Build the zip of a checkout, unless it has that of the present sources."""
    command = [sys.executable, "-m", "tools.bundle", function]
    done = subprocess.run(command, cwd=_CHECKOUT, stdout=sys.stderr, check=False)  # noqa: S603 - our own words
    if done.returncode:
        msg = f"the {function}'s code was not built, see above; in {_CHECKOUT}: make bundle"
        raise RuntimeError(msg)
