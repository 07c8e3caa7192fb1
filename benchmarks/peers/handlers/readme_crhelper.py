"""crhelper used as its README shows: the helper, its logger, and a client in the `try`."""

import logging
from typing import Any

from crhelper import CfnResource

logger = logging.getLogger(__name__)
helper = CfnResource(
    json_logging=False, log_level="DEBUG", boto_level="CRITICAL", sleep_on_delete=0
)

try:
    import boto3
    import proxy_session

    client = boto3.client("chime-sdk-voice")
except Exception as e:  # noqa: BLE001 - as in the README
    helper.init_failure(e)


@helper.create
def create(event: dict[str, Any], _context: object) -> str:
    """Create the session."""
    logger.info("Got Create")
    session = proxy_session.create(client, event["ResourceProperties"])
    helper.Data.update(proxy_session.attributes(session))
    return str(session["ProxySessionId"])


@helper.update
def update(event: dict[str, Any], _context: object) -> None:
    """Change the session."""
    logger.info("Got Update")
    session = proxy_session.update(client, event["ResourceProperties"], event["PhysicalResourceId"])
    helper.Data.update(proxy_session.attributes(session))


@helper.delete
def delete(event: dict[str, Any], _context: object) -> None:
    """Delete the session."""
    logger.info("Got Delete")
    proxy_session.delete(client, event["ResourceProperties"], event["PhysicalResourceId"])


def handler(event: dict[str, Any], context: object) -> None:
    """Let the helper serve the event."""
    helper(event, context)
