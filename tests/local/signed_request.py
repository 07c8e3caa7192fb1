"""A request whose path or host no client would send."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tests.local.running_cloud import ROOT_CREDENTIALS
from tests.local.running_cloud import Credentials as RunningCredentials


def signed_get(
    endpoint_url: str,
    path: str,
    *,
    host: str | None = None,
    signer: RunningCredentials = ROOT_CREDENTIALS,
) -> tuple[int, str]:
    """Send a GET to a path below an endpoint, byte for byte, and return status and body.

    Args:
        endpoint_url: where it is sent.
        path: is appended to the endpoint's.
        host: the `Host` header. Default: the endpoint's.
        signer: who signs it. Default: the account's root.
    """
    base = urlsplit(endpoint_url)
    headers = {"Host": host or base.netloc}
    request = AWSRequest(
        "GET", f"{base.scheme}://{headers['Host']}{base.path}{path}", headers=headers
    )
    credentials = Credentials(signer.access_key, signer.secret_key)
    SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
    connection = HTTPConnection(base.netloc)
    connection.request("GET", f"{base.path}{path}", headers=dict(request.headers))
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body
