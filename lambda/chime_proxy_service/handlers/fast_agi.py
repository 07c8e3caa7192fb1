"""Answers Asterisk over FastAGI, a connection for each call, on this host alone."""

from socketserver import StreamRequestHandler, ThreadingTCPServer

from chime_proxy_service.handlers.ended_calls import EndedCalls
from chime_proxy_service.handlers.failure import log_failure
from chime_proxy_service.telephony.sip import agi
from chime_proxy_service.telephony.sip.calls import SipCalls, Variables


class FastAgi(ThreadingTCPServer):
    """A server on 127.0.0.1. Leaving its `with` block waits for the answers under way.

    Args:
        port: its port; 0 for a free one.
        calls: answers.
        ended: keeps the end of a call whose answer Asterisk did not take.
    """

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, calls: SipCalls, ended: EndedCalls) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self._calls = calls
        self._ended = ended

    def connect(self, connection: "_Connection") -> None:
        """Answer one connection."""
        variables = self._calls.connect(connection.fields())
        if not connection.set_variables(variables) and "CALL" in variables:
            self._ended.keep(f"{variables['CALL']},,,end")


class _Connection(StreamRequestHandler):
    # The seconds Asterisk has for each line.
    timeout = 5
    server: FastAgi

    def handle(self) -> None:
        try:
            self.server.connect(self)
        except Exception as error:  # noqa: BLE001 - its text may hold a phone number
            log_failure(error, "call")

    def fields(self) -> dict[str, str]:
        return dict(agi.fields_of(line.decode() for line in self.rfile))

    def set_variables(self, variables: Variables) -> bool:
        """Set variables in order; return False if Asterisk did not take all of them."""
        try:
            return all(self._is_set(*one) for one in variables.items())
        except OSError:
            return False

    def _is_set(self, name: str, value: str) -> bool:
        self.wfile.write(agi.set_variable(name, value).encode())
        return agi.is_success(self.rfile.readline().decode())
