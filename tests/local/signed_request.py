"""A request of the account's root whose path no client would send."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signed_get(endpoint_url: str, path: str) -> tuple[int, str]:
    """Send a GET to a path below an endpoint, byte for byte, and return status and body."""
    base = urlsplit(endpoint_url)
    request = AWSRequest("GET", f"{endpoint_url}{path}", headers={"Host": base.netloc})
    SigV4Auth(Credentials("test", "test"), "execute-api", "us-east-1").add_auth(request)
    connection = HTTPConnection(base.netloc)
    connection.request("GET", f"{base.path}{path}", headers=dict(request.headers))
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body
