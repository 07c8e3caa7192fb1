"""The service's HTTP side: events of payload format 2.0 in, responses out."""

import json
import re
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any, TypeAlias
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response

from chime_proxy_service.errors import BadRequestError, ForbiddenError, NotFoundError, ServiceError
from chime_proxy_service.service import ProxySessionService
from chime_proxy_service.wire import inputs, operations, outputs
from chime_proxy_service.wire.constraints import Integer, check
from chime_proxy_service.wire.operations import Operation

Json: TypeAlias = dict[str, Any]
_Act: TypeAlias = Callable[[str, Json], Json | None]

_ERROR_STATUS: dict[type[ServiceError], int] = {
    BadRequestError: 400,
    ForbiddenError: 403,
    NotFoundError: 404,
}
_CREDENTIAL_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/([a-z0-9-]+)/")

# Powertools keeps the current event in a class attribute, shared by all resolvers of a process.
_resolving = Lock()


class Api:
    """The eight operations over HTTP.

    A request that is no operation's, also a known path under another method, is answered with
    404 and the type UnknownOperationException. Signatures are not checked here.

    Args:
        service: what answers.
        default_region: the region of requests whose Authorization header names none.
    """

    def __init__(self, service: ProxySessionService, *, default_region: str) -> None:
        self._service = service
        self._default_region = default_region
        serializer = partial(json.dumps, separators=(",", ":"), sort_keys=True)
        self._resolver = LambdaFunctionUrlResolver(debug=False, serializer=serializer)
        self._resolver.exception_handler(ServiceError)(_refusal)
        self._resolver.not_found(_unknown_operation)
        self._route(operations.CREATE_PROXY_SESSION, self._create)
        self._route(operations.GET_PROXY_SESSION, self._get)
        self._route(operations.UPDATE_PROXY_SESSION, self._update)
        self._route(operations.DELETE_PROXY_SESSION, self._delete)
        self._route(operations.LIST_PROXY_SESSIONS, self._list)
        self._route(operations.PUT_VOICE_CONNECTOR_PROXY, self._put_configuration)
        self._route(operations.GET_VOICE_CONNECTOR_PROXY, self._get_configuration)
        self._route(operations.DELETE_VOICE_CONNECTOR_PROXY, self._delete_configuration)

    def handle(self, event: Json, context: Any) -> Json:
        """Answer one request; threads may call this at the same time.

        Args:
            event: the request in payload format 2.0, its `rawPath` percent-encoded.
            context: Lambda's, or None elsewhere.
        """
        with _resolving:
            response: Json = self._resolver.resolve(event, context)
        response["headers"]["x-amzn-RequestId"] = event["requestContext"]["requestId"]
        return response

    def _route(self, operation: Operation, act: _Act) -> None:
        def answer(**labels: str) -> Response[Any]:
            members = self._members(operation, labels)
            check(operation.input, members)
            return _response(operation.status_code, act(self._region(), members))

        rule = operation.path.replace("{", "<").replace("}", ">")
        self._resolver.route(rule, method=operation.method)(answer)

    def _members(self, operation: Operation, labels: dict[str, str]) -> Json:
        body = self._body() if operation.has_body else {}
        decoded = {f"{name[0].upper()}{name[1:]}": unquote(text) for name, text in labels.items()}
        return body | self._query(operation) | decoded

    def _body(self) -> Json:
        try:
            body = self._resolver.current_event.json_body
        except (ValueError, RecursionError) as error:
            message = "The request body is not valid JSON"
            raise BadRequestError(message) from error
        if body is None:
            return {}
        if not isinstance(body, dict):
            message = "The request body must be a JSON object"
            raise BadRequestError(message)
        return body

    def _query(self, operation: Operation) -> Json:
        given = self._resolver.current_event.query_string_parameters
        return {
            member: _number(given[name]) if isinstance(shape, Integer) else given[name]
            for name, member in operation.query.items()
            if name in given and (shape := operation.input.members[member])
        }

    def _region(self) -> str:
        authorization = self._resolver.current_event.headers.get("authorization", "")
        scope = _CREDENTIAL_SCOPE.search(authorization)
        return scope[1] if scope else self._default_region

    def _create(self, region: str, members: Json) -> Json:
        return outputs.session_answer(self._service.create(inputs.create_request(region, members)))

    def _get(self, region: str, members: Json) -> Json:
        return outputs.session_answer(self._service.get(inputs.session_key(region, members)))

    def _update(self, region: str, members: Json) -> Json:
        return outputs.session_answer(self._service.update(inputs.update_request(region, members)))

    def _delete(self, region: str, members: Json) -> None:
        self._service.delete(inputs.session_key(region, members))

    def _list(self, region: str, members: Json) -> Json:
        return outputs.page_answer(self._service.list(inputs.list_request(region, members)))

    def _put_configuration(self, region: str, members: Json) -> Json:
        configuration = inputs.configuration(members)
        self._service.put_configuration(inputs.connector(region, members), configuration)
        return outputs.configuration_answer(configuration)

    def _get_configuration(self, region: str, members: Json) -> Json:
        connector = inputs.connector(region, members)
        return outputs.configuration_answer(self._service.get_configuration(connector))

    def _delete_configuration(self, region: str, members: Json) -> None:
        self._service.delete_configuration(inputs.connector(region, members))


def _response(status_code: int, answer: Json | None) -> Response[Any]:
    if answer is None:
        return Response(status_code, body="")
    return Response(status_code, "application/json", answer)


def _refusal(error: ServiceError) -> Response[Any]:
    body = {"Code": error.code, "Message": str(error)}
    headers = {"x-amzn-ErrorType": f"{error.code}Exception"}
    return Response(_ERROR_STATUS[type(error)], "application/json", body, headers)


def _unknown_operation(_: Exception) -> Response[Any]:
    body = {"Code": "NotFound", "Message": "No operation has this method and path"}
    headers = {"x-amzn-ErrorType": "UnknownOperationException"}
    return Response(404, "application/json", body, headers)


def _number(text: str) -> int | str:
    return int(text) if re.fullmatch(r"-?\d{1,18}", text, re.ASCII) else text
