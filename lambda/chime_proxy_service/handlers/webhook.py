"""Answers the events of an HTTP API that a carrier asks."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from chime_proxy_service.errors import UnavailableError
from chime_proxy_service.handlers.signature import Signature
from chime_proxy_service.telephony.twiml import TwimlWebhook


class SignedWebhook:
    """Answers signed requests with XML: 403 without a valid signature, 404 on an unknown path.

    The address that is checked has the host on which API Gateway took the request. A signature for
    another host is none.

    Args:
        webhook: answers.
        signature: checks.
        refused: is called for each request without a valid signature.
    """

    def __init__(
        self, webhook: TwimlWebhook, signature: Signature, *, refused: Callable[[], object]
    ) -> None:
        self._webhook = webhook
        self._signature = signature
        self._refused = refused

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer one request in payload format 2.0."""
        context, query = event["requestContext"], event.get("rawQueryString", "")
        url = f"https://{context['domainName']}{event['rawPath']}" + (f"?{query}" if query else "")
        form = _parameters(_body(event))
        if not self._signature.is_valid(url, form, event["headers"]):
            self._refused()
            return _response(403)
        path = event["rawPath"].removeprefix(f"/{context['stage']}")
        try:
            xml = self._webhook.answer(path, {**form, **_parameters(query)})
        except UnavailableError:
            return _response(503)
        return _response(404) if xml is None else _response(200, xml)


def _body(event: dict[str, Any]) -> str:
    body: str = event.get("body") or ""
    # Bytes that are no text have no valid signature either.
    return base64.b64decode(body).decode(errors="replace") if event["isBase64Encoded"] else body


def _parameters(encoded: str) -> dict[str, str]:
    return dict(parse_qsl(encoded, keep_blank_values=True))


def _response(status_code: int, xml: str = "") -> dict[str, Any]:
    return {
        "statusCode": status_code,
        "headers": {"Content-Type": "text/xml; charset=utf-8"},
        "body": xml,
        "isBase64Encoded": False,
    }
