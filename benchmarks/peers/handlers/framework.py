"""A handler for CDK's provider framework, which answers CloudFormation itself."""

from typing import Any

import boto3
import proxy_session

client = boto3.client("chime-sdk-voice")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Carry out one event."""
    properties = event["ResourceProperties"]
    print(event["RequestType"])
    if event["RequestType"] == "Delete":
        proxy_session.delete(client, properties, event["PhysicalResourceId"])
        return {}
    session = (
        proxy_session.create(client, properties)
        if event["RequestType"] == "Create"
        else proxy_session.update(client, properties, event["PhysicalResourceId"])
    )
    data = proxy_session.attributes(session)
    return {"PhysicalResourceId": session["ProxySessionId"], "Data": data}
