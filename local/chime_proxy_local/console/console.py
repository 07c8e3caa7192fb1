"""The page's addresses and their actions."""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus

from botocore.exceptions import ClientError

from chime_proxy_local.console.admission import rejection
from chime_proxy_local.console.destination import destination
from chime_proxy_local.console.form import (
    Fields,
    FormError,
    free_contact,
    read_fields,
    session_contact,
    session_key,
    typed_fields,
)
from chime_proxy_local.console.journal import Entry, Journal
from chime_proxy_local.console.local_service import LocalService
from chime_proxy_local.console.overview import overview
from chime_proxy_local.console.page import ASSETS, Problem, render
from chime_proxy_local.console.reply import Reply, document, notice, see_other
from chime_proxy_local.console.search import Searches
from chime_proxy_local.console.title import Origins, Titles
from chime_proxy_local.console.view import CONSOLE_PATH, View
from chime_proxy_local.gateway import HttpRequest
from chime_proxy_service.contact import Connection, Contact, Refusal
from chime_proxy_service.errors import ServiceError
from chime_proxy_service.rules import Use
from chime_proxy_service.session import SessionKey

_FREE = "/call-or-text"
_NO_TABLE = "The table of this service was deleted meanwhile. Load the page again."


class Console:
    """Answers requests below `/_local/console`. Threads may share it.

    Args:
        services: returns the services to show, and to place calls and texts with.
        clock: returns the time, with a zone.
        origins: returns the stack and place of each session, by physical id.
    """

    def __init__(
        self,
        services: Callable[[], Sequence[LocalService]],
        *,
        clock: Callable[[], datetime],
        origins: Callable[[], Origins],
    ) -> None:
        self._services = services
        self._clock = clock
        self._origins = origins
        self._journal = Journal()
        self._searches = Searches()
        self._actions: dict[str, Callable[[Fields, View], str]] = {
            _FREE: self._place_freely,
            "/participant": self._place_in_session,
            "/hang-up": self._hang_up,
            "/search": self._search,
        }

    def answer(self, request: HttpRequest) -> Reply:
        """Answer one request."""
        if refused := rejection(request):
            return notice(refused.status, refused.message)
        path = request.raw_path.removeprefix(CONSOLE_PATH)
        if path in self._actions:
            return self._act(path, request)
        if path not in ASSETS and path != "":
            return notice(HTTPStatus.NOT_FOUND, f"There is no such page; see {CONSOLE_PATH}.")
        if request.method != "GET":
            return _wrong_method("GET")
        if path in ASSETS:
            media_type, content = ASSETS[path]
            return document(content, media_type)
        return self._show(View.parse(request.raw_query))

    def _act(self, path: str, request: HttpRequest) -> Reply:
        if request.method != "POST":
            return _wrong_method("POST")
        view, fields = View.parse(request.raw_query), read_fields(request.body)
        try:
            address = self._actions[path](fields, view)
        except (FormError, ServiceError, ClientError) as error:
            typed = typed_fields(fields) if path == _FREE else {}
            return self._show(view.but(entry=None), _problem(error, typed))
        return see_other(address)

    def _show(self, view: View, problem: Problem | None = None) -> Reply:
        titles, services = Titles(self._origins()), self._services()
        if view.service not in (None, *(one.name for one in services)):
            view = view.of_all()
        seen = overview(services, view, titles, self._searches.text(view.search))
        html = render(seen, self._journal.entries(), view, now=self._clock(), problem=problem)
        return document(html, status=HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK)

    def _search(self, fields: Fields, view: View) -> str:
        text = fields.get("wanted", "").strip()
        number = self._searches.begin(text) if text else None
        return view.of_all().but(search=number).address("#found" if text else "")

    def _place_freely(self, fields: Fields, view: View) -> str:
        contact = free_contact(fields)
        services = self._services()
        if fields.get("service"):
            service: LocalService | None = self._named(fields)
        elif len(services) == 1:
            service = services[0]
        else:
            service = destination(contact, services, self._clock())
        number = self._place(contact, service, typed=typed_fields(fields))
        return view.but(entry=number, form=number).address("#outcome")

    def _place_in_session(self, fields: Fields, view: View) -> str:
        service, key = self._named(fields), session_key(fields)
        contact = session_contact(fields, service.api.get(key))
        number = self._place(contact, service, session=key)
        return view.but(entry=number).address("#outcome")

    def _place(
        self,
        contact: Contact,
        service: LocalService | None,
        *,
        session: SessionKey | None = None,
        typed: Fields | None = None,
    ) -> int:
        fate = service.api.connect(contact) if service else Refusal.UNKNOWN
        return self._journal.write(
            Entry(
                at=self._clock(),
                service=service.title if service else "",
                contact=contact,
                fate=fate,
                session=session or (fate.session if isinstance(fate, Connection) else None),
                typed=typed or {},
            )
        )

    def _hang_up(self, fields: Fields, view: View) -> str:
        service, key = self._named(fields), session_key(fields)
        service.api.use(key, Use.CALL_ENDED)
        return view.but(entry=None).address(f"#session-{key.proxy_session_id}")

    def _named(self, fields: Fields) -> LocalService:
        """Return the service of a form."""
        for service in self._services():
            if service.name == fields.get("service"):
                return service
        msg = "The service of this form is no longer there. Load the page again."
        raise FormError(msg)


def _problem(error: FormError | ServiceError | ClientError, typed: Fields) -> Problem:
    """Return what to tell the reader.

    Raises:
        ClientError: it is not for the lack of a table.
    """
    if not isinstance(error, ClientError):
        return Problem(str(error), getattr(error, "field", ""), typed)
    if error.response["Error"]["Code"] != "ResourceNotFoundException":
        raise error
    return Problem(_NO_TABLE, typed=typed)


def _wrong_method(allowed: str) -> Reply:
    return notice(HTTPStatus.METHOD_NOT_ALLOWED, f"Allowed here: {allowed}.", allow=allowed)
