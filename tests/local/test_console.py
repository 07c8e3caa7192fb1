import http.client
from urllib.parse import urlencode

from tests.local.running_cloud import RunningCloud

STRANGER, PROXY = "+16175550133", "+12065550188"


def test_logs_have_no_number(cloud: RunningCloud) -> None:
    """A number that is typed into the page is in no log of the cloud."""
    host = f"127.0.0.1:{cloud.port}"
    fields = {"from": STRANGER, "to": PROXY, "region": "us-east-1", "capability": "SMS"}
    headers = {"Origin": f"http://{host}", "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(host)
    for path in ("call-or-text", "call-or-text?numbers=shown"):
        connection.request("POST", f"/_local/console/{path}", urlencode(fields), headers)
        reply = connection.getresponse()
        assert (reply.status, reply.read()) == (303, b"Done.\n")
        connection.request("GET", reply.headers["Location"])
        assert b"Text refused" in connection.getresponse().read()
    connection.close()
    log = cloud.folder.log.read_text()
    assert log
    assert not [number for number in (STRANGER, PROXY) if number[-7:] in log]
