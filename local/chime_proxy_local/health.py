"""The health check of a cloud."""

import http.client
import json
import os

HEALTH_PATH = "/_local/health"
_SECONDS = 10


def endpoint(port: int) -> str:
    """Return the URL of the cloud at a port."""
    return f"http://127.0.0.1:{port}"


def own_endpoint() -> str:
    """Return the URL of the cloud that this process is."""
    return endpoint(int(os.environ["GATEWAY_PORT"]))


def served_pid(port: int) -> int | None:
    """Return the pid of the cloud answering at a port; None if none answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", HEALTH_PATH)
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return answer.get("pid") if isinstance(answer, dict) else None
