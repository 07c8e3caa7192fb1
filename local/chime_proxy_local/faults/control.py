"""Shows and switches the fault of a running cloud: client and server."""

import http.client
import json
from http import HTTPStatus
from typing import Any

from chime_proxy_local.error import LocalCloudError
from chime_proxy_local.faults.fault import Fault
from chime_proxy_local.faults.switch import FaultSwitch
from chime_proxy_local.gateway import HttpRequest

FAULT_PATH = "/_local/fault"
_SECONDS = 10


def answer_control(switch: FaultSwitch, request: HttpRequest) -> dict[str, Any]:
    """Carry out a request for the switch, and return the current fault."""
    try:
        if request.method == "PUT":
            switch.set(_parse(request.body))
    except (LocalCloudError, ValueError) as error:
        return _json(HTTPStatus.BAD_REQUEST, {"message": str(error)})
    return _json(HTTPStatus.OK, {"fault": switch.fault and switch.fault.describe()})


def current_fault(port: int) -> Fault | None:
    """Return the current fault of the cloud at a port.

    Raises:
        LocalCloudError: the cloud does not answer.
    """
    return _ask(port, "GET")


def switch_fault(port: int, fault: Fault | None) -> None:
    """Switch a fault of the cloud at a port on; None switches the current one off.

    Raises:
        LocalCloudError: the cloud does not answer, or does not know such a fault.
    """
    _ask(port, "PUT", json.dumps({"fault": fault and fault.describe()}))


def _ask(port: int, method: str, body: str | None = None) -> Fault | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request(method, FAULT_PATH, body)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        msg = f"The local cloud does not answer: {error}."
        raise LocalCloudError(msg) from error
    finally:
        connection.close()
    if response.status != HTTPStatus.OK:
        raise LocalCloudError(answer["message"])
    return _fault(answer)


def _parse(body: bytes) -> Fault | None:
    wanted = json.loads(body)
    if isinstance(wanted, dict) and isinstance(wanted.get("fault"), dict | None):
        return _fault(wanted)
    msg = "The fault must be in `fault`; null switches off."
    raise LocalCloudError(msg)


def _fault(message: dict[str, Any]) -> Fault | None:
    description = message.get("fault")
    return None if description is None else Fault.parse(description)


def _json(status: HTTPStatus, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": int(status), "headers": headers, "body": json.dumps(body)}
