"""The floor: a client, one call and one PUT, without any handling of errors."""

import json
from typing import Any

import boto3
import proxy_session
import urllib3

client = boto3.client("chime-sdk-voice")
pool = urllib3.PoolManager()


def handler(event: dict[str, Any], _context: object) -> None:
    """Carry out one event and answer it."""
    properties = event["ResourceProperties"]
    session_id, data = event.get("PhysicalResourceId", ""), {}
    if event["RequestType"] == "Delete":
        proxy_session.delete(client, properties, session_id)
    else:
        is_new = event["RequestType"] == "Create"
        session = (
            proxy_session.create(client, properties)
            if is_new
            else proxy_session.update(client, properties, session_id)
        )
        session_id, data = session["ProxySessionId"], proxy_session.attributes(session)
    print(event["RequestType"], session_id)
    _answer(event, session_id, data)


def _answer(event: dict[str, Any], physical_id: str, data: dict[str, str]) -> None:
    named = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer = {**named, "Status": "SUCCESS", "PhysicalResourceId": physical_id, "Data": data}
    body = json.dumps(answer)
    pool.request("PUT", event["ResponseURL"], body=body, headers={"Content-Type": ""})
