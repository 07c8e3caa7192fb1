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
)
from chime_proxy_local.console.journal import Journal
from chime_proxy_local.console.local_service import LocalService
from chime_proxy_local.console.overview import overview
from chime_proxy_local.console.page import ASSETS, render
from chime_proxy_local.console.reply import Reply, document, notice, see_other
from chime_proxy_local.console.search import Searches, matches
from chime_proxy_local.console.title import Origins, Titles
from chime_proxy_local.console.view import CONSOLE_PATH, View
from chime_proxy_local.gateway import HttpRequest
from chime_proxy_service.contact import Contact, Refusal
from chime_proxy_service.errors import BadRequestError, ServiceError
from chime_proxy_service.rules import Use
from chime_proxy_service.session import ProxySession

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
        self._actions: dict[str, Callable[[Fields, View], View]] = {
            "/call-or-text": self._place_freely,
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
        view = View.parse(request.raw_query)
        try:
            after = self._actions[path](read_fields(request.body), view)
        except (FormError, ServiceError) as error:
            return self._show(view.but(entry=None), str(error), HTTPStatus.BAD_REQUEST)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return self._show(view.but(entry=None), _NO_TABLE, HTTPStatus.BAD_REQUEST)
        return see_other(after.address())

    def _show(self, view: View, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Reply:
        titles, services = Titles(self._origins()), self._services()
        if view.service not in (None, *(one.name for one in services)):
            view = view.of_all()
        try:
            seen = overview(services, view, titles, self._wanted(view, titles))
        except BadRequestError as error:
            return notice(HTTPStatus.BAD_REQUEST, str(error))
        entries, now = self._journal.entries(), self._clock()
        html = render(seen, entries, view, now=now, problem=problem)
        return document(html, status=status)

    def _wanted(self, view: View, titles: Titles) -> Callable[[ProxySession], bool] | None:
        text = self._searches.text(view.search)
        return (lambda session: matches(text, session, titles.origin(session))) if text else None

    def _search(self, fields: Fields, view: View) -> View:
        text = fields.get("wanted", "").strip()
        number = self._searches.begin(text) if text else None
        return view.of_all().but(search=number)

    def _place_freely(self, fields: Fields, view: View) -> View:
        contact = free_contact(fields)
        services = self._services()
        if fields.get("service"):
            return self._place(contact, self._named(fields), view)
        service = services[0] if len(services) == 1 else None
        return self._place(contact, service or destination(contact, services, self._clock()), view)

    def _place_in_session(self, fields: Fields, view: View) -> View:
        service = self._named(fields)
        session = service.api.get(session_key(fields))
        return self._place(session_contact(fields, session), service, view)

    def _place(self, contact: Contact, service: LocalService | None, view: View) -> View:
        fate = service.api.connect(contact) if service else Refusal.UNKNOWN
        title = service.title if service else ""
        return view.but(entry=self._journal.write(contact, fate, self._clock(), title).number)

    def _hang_up(self, fields: Fields, view: View) -> View:
        self._named(fields).api.use(session_key(fields), Use.CALL_ENDED)
        return view.but(entry=None)

    def _named(self, fields: Fields) -> LocalService:
        """Return the service of a form."""
        for service in self._services():
            if service.name == fields.get("service"):
                return service
        msg = "The service of this form is no longer there. Load the page again."
        raise FormError(msg)


def _wrong_method(allowed: str) -> Reply:
    return notice(HTTPStatus.METHOD_NOT_ALLOWED, f"Allowed here: {allowed}.", allow=allowed)
