"""An HTTP server on a loopback port, for tests and benchmarks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from socketserver import BaseRequestHandler
from threading import Thread


class LoopbackServer(ThreadingHTTPServer):
    """Serves on a free port, each connection in a thread of its own."""

    # http.server's 5 is fewer than the clients that connect here at the same time.
    request_queue_size = 1024

    def __init__(self, handler: Callable[..., BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def url(self) -> str:
        """The server's URL."""
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve until the end of the block, however it ends; yields the URL."""
        thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self.shutdown()
            thread.join()
            self.server_close()
