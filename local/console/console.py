"""The page's addresses and their actions."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from chime_proxy_service.contact import Contact
from chime_proxy_service.errors import BadRequestError, ServiceError
from chime_proxy_service.rules import Use
from chime_proxy_service.session import ProxySession
from local.console.admission import rejection
from local.console.form import (
    Fields,
    FormError,
    free_contact,
    read_fields,
    session_contact,
    session_key,
)
from local.console.journal import Journal
from local.console.overview import LocalService, overview
from local.console.page import ASSETS, render
from local.console.reply import Reply, document, notice, see_other
from local.console.search import Searches, matches
from local.console.title import Origins, Titles
from local.console.view import CONSOLE_PATH, View
from local.gateway import HttpRequest


class Console:
    """Answers requests below `/_local/console`. Threads may share it.

    Args:
        local: the service to show, and to place calls and texts with.
        clock: returns the time, with a zone.
        origins: returns the stack and place of each session, by physical id.
    """

    def __init__(
        self,
        local: LocalService,
        *,
        clock: Callable[[], datetime],
        origins: Callable[[], Origins],
    ) -> None:
        self._local = local
        self._service = local.api
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
        return see_other(after.address())

    def _show(self, view: View, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Reply:
        titles = Titles(self._origins())
        try:
            seen = overview(self._local, view, titles, self._wanted(view, titles))
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
        return view.but(search=number, connector=None, after=None, entry=None)

    def _place_freely(self, fields: Fields, view: View) -> View:
        return self._place(free_contact(fields), view)

    def _place_in_session(self, fields: Fields, view: View) -> View:
        session = self._service.get(session_key(fields))
        return self._place(session_contact(fields, session), view)

    def _place(self, contact: Contact, view: View) -> View:
        fate = self._service.connect(contact)
        return view.but(entry=self._journal.write(contact, fate, self._clock()).number)

    def _hang_up(self, fields: Fields, view: View) -> View:
        self._service.use(session_key(fields), Use.CALL_ENDED)
        return view.but(entry=None)


def _wrong_method(allowed: str) -> Reply:
    return notice(HTTPStatus.METHOD_NOT_ALLOWED, f"Allowed here: {allowed}.", allow=allowed)
