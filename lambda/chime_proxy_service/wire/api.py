"""The eight operations over HTTP: events of payload format 2.0 in, responses out.

Powertools' resolver is not used: it keeps the current event in a class attribute, so threads would
have to wait for each other, and importing it takes longer than starting all the rest.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import unquote

from chime_proxy_service.errors import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    NoNumberError,
    NotFoundError,
    ServiceError,
    UnavailableError,
)
from chime_proxy_service.idempotency import session_id
from chime_proxy_service.service import Creation, ProxySessionService
from chime_proxy_service.wire import event as events
from chime_proxy_service.wire import inputs, operations, outputs
from chime_proxy_service.wire.constraints import check
from chime_proxy_service.wire.event import Json
from chime_proxy_service.wire.operations import Operation


@dataclass(frozen=True, slots=True)
class Call:
    """A request of an operation, its members checked."""

    event: Json
    region: str
    members: Json
    headers: Json = field(default_factory=dict)
    """The headers of the answer beside the usual ones."""


_Act: TypeAlias = Callable[[Call], Json | None]

_ERROR_STATUS: dict[type[ServiceError], int] = {
    BadRequestError: 400,
    NoNumberError: 400,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    UnavailableError: 503,
}


class Api:
    """Answers requests; threads may share it.

    A request for no operation, such as a known path with another method, is answered with 404 and
    the type UnknownOperationException. Signatures are not checked here.

    Args:
        service: carries the operations out.
        default_region: the region of requests whose Authorization header names none.
        noted: is told of each session that is created and of each error that is answered.
            Default: nobody is.
    """

    def __init__(
        self,
        service: ProxySessionService,
        *,
        default_region: str,
        noted: Callable[[ServiceError | Creation], None] = lambda _: None,
    ) -> None:
        self._service = service
        self._noted = noted
        self._default_region = default_region
        acts: tuple[tuple[Operation, _Act], ...] = (
            (operations.CREATE_PROXY_SESSION, self._create),
            (operations.GET_PROXY_SESSION, self._get),
            (operations.UPDATE_PROXY_SESSION, self._update),
            (operations.DELETE_PROXY_SESSION, self._delete),
            (operations.LIST_PROXY_SESSIONS, self._list),
            (operations.PUT_VOICE_CONNECTOR_PROXY, self._put_configuration),
            (operations.GET_VOICE_CONNECTOR_PROXY, self._get_configuration),
            (operations.DELETE_VOICE_CONNECTOR_PROXY, self._delete_configuration),
        )
        self._routes = [(one, _pattern(one.path), act) for one, act in acts]

    def handle(self, event: Json) -> Json:
        """Answer one request.

        Args:
            event: the request in payload format 2.0, its `rawPath` percent-encoded.
        """
        try:
            response = self._respond(event)
        except ServiceError as error:
            self._noted(error)
            type_name = f"{error.code}Exception"
            response = _error(_ERROR_STATUS[type(error)], type_name, error.code, str(error))
        response["headers"]["x-amzn-RequestId"] = event["requestContext"]["requestId"]
        return response

    def _respond(self, event: Json) -> Json:
        method, path = events.method_and_path(event)
        for operation, pattern, act in self._routes:
            if method == operation.method and (match := pattern.fullmatch(path)):
                members = _members(operation, event, match.groupdict())
                check(operation.input, members)
                region = events.region(event) or self._default_region
                call = Call(event, region, members)
                response = _response(operation.status_code, act(call))
                response["headers"].update(call.headers)
                return response
        msg = "No operation has this method and path"
        return _error(404, "UnknownOperationException", "NotFound", msg)

    def _create(self, call: Call) -> Json:
        request = inputs.create_request(call.region, call.members)
        key = events.idempotency_key(call.event)
        made_id = key and session_id(events.caller(call.event), request.connector, key)
        creation = self._service.create_once(request, made_id)
        if creation.is_new:
            self._noted(creation)
        else:
            call.headers["Idempotent-Replayed"] = "true"
        return outputs.session_answer(creation.session)

    def _get(self, call: Call) -> Json:
        return outputs.session_answer(
            self._service.get(inputs.session_key(call.region, call.members))
        )

    def _update(self, call: Call) -> Json:
        request = inputs.update_request(call.region, call.members)
        return outputs.session_answer(self._service.update(request))

    def _delete(self, call: Call) -> None:
        self._service.delete(inputs.session_key(call.region, call.members))

    def _list(self, call: Call) -> Json:
        request = inputs.list_request(call.region, call.members)
        return outputs.page_answer(self._service.list(request))

    def _put_configuration(self, call: Call) -> Json:
        configuration = inputs.configuration(call.members)
        connector = inputs.connector(call.region, call.members)
        self._service.put_configuration(connector, configuration)
        return outputs.configuration_answer(configuration)

    def _get_configuration(self, call: Call) -> Json:
        connector = inputs.connector(call.region, call.members)
        return outputs.configuration_answer(self._service.get_configuration(connector))

    def _delete_configuration(self, call: Call) -> None:
        self._service.delete_configuration(inputs.connector(call.region, call.members))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


def _members(operation: Operation, event: Json, labels: dict[str, str]) -> Json:
    body = events.body(event) if operation.has_body else {}
    decoded = {f"{name[0].upper()}{name[1:]}": unquote(text) for name, text in labels.items()}
    return body | events.query(event, operation) | decoded


def _error(status_code: int, type_name: str, code: str, message: str) -> Json:
    response = _response(status_code, {"Code": code, "Message": message})
    response["headers"]["x-amzn-ErrorType"] = type_name
    return response


def _response(status_code: int, answer: Json | None) -> Json:
    if answer is None:
        return {"statusCode": status_code, "headers": {}, "body": "", "isBase64Encoded": False}
    return {
        "statusCode": status_code,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(answer, separators=(",", ":"), sort_keys=True),
        "isBase64Encoded": False,
    }
