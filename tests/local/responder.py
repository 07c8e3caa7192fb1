"""A provider that answers as its resource's properties say: the code of a function in the tests."""

import json
import os
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], _: object) -> None:
    """Note the event in a file, then answer with what the properties have for its type."""
    properties = event["ResourceProperties"]
    seen = {**event, "Environment": dict(os.environ), "SysPath": sys.path}
    with Path(properties["Journal"]).open("a", encoding="utf-8") as journal:
        journal.write(json.dumps(seen) + "\n")
    script = json.loads(properties.get(event["RequestType"], "{}"))
    time.sleep(script.pop("Delay", 0))
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "made"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        **script,
    }
    url = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")  # noqa: S310 - CloudFormation's own
    urllib.request.urlopen(url).close()  # noqa: S310 - as above
