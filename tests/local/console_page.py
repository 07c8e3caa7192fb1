"""The page of a running cloud, as a browser without scripts and styles has it."""

import http.client
import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Answer:
    """The page's answer to a request."""

    status: int
    html: str
    location: str = ""

    @property
    def text(self) -> str:
        """The answer's words, in one line."""
        said = re.sub(r"<head>.*?</head>|<[^>]+>", " ", self.html, flags=re.DOTALL)
        return " ".join(unescape(said).split())

    def service(self, title: str) -> "Answer":
        """Return the part of the page with the sessions of one service."""
        sections = re.findall(
            r'<section class="service".*?(?=<section class="service"|</main>)', self.html, re.DOTALL
        )
        (found,) = [one for one in sections if f"</span> {title}</h2>" in one]
        return Answer(self.status, found)

    def service_name(self, title: str) -> str:
        """Return the name of a service in the form for any number."""
        return unescape(dict(_options(self.html))[title])


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """The page of the cloud at a port."""

    port: int

    def get(self, address: str = "/_local/console") -> Answer:
        """Load the page."""
        return self._ask("GET", address)

    def post(self, action: str, **fields: str) -> Answer:
        """Send a form, and return the page that comes of it."""
        headers = {
            "Origin": f"http://127.0.0.1:{self.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        answer = self._ask("POST", f"/_local/console/{action}", urlencode(fields), headers)
        return self.get(answer.location) if answer.status == http.client.SEE_OTHER else answer

    def _ask(
        self, method: str, address: str, body: str = "", headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, address.partition("#")[0], body, headers or {})
        reply = connection.getresponse()
        html, location = reply.read().decode(), reply.headers.get("Location", "")
        connection.close()
        return Answer(reply.status, html, location)


def _options(html: str) -> list[tuple[str, str]]:
    found = re.findall(r'<option value="([^"]+)">([^<]*)</option>', html)
    return [(unescape(title), name) for name, title in found]
