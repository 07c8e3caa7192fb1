"""A bucket for answers that is reached over HTTP, as S3 is."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from itertools import chain, repeat

from tests.loopback import LoopbackServer


class HttpBucket:
    """A server that takes answers, with one status after the other and the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        self.puts: list[tuple[str, str | None, bytes]] = []
        self._statuses = chain(statuses, repeat(statuses[-1]))

    def put(self, path: str, content_type: str | None, body: bytes) -> int:
        """Take a request."""
        self.puts.append((path, content_type, body))
        return next(self._statuses)

    @contextmanager
    def served(self, signature: str = "5ec2e7") -> Iterator[str]:
        """The address of the bucket while it is open.

        Args:
            signature: the secret in the address.
        """
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = bucket.put(self.path, self.headers["Content-Type"], body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        with LoopbackServer(Handler).running() as url:
            yield f"{url}/answer?X-Amz-Signature={signature}"
