"""Times the service's functions: their cold start, and each operation in a warm process."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import aws_lambda_powertools
import typing_extensions
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from benchmarks.machine import ROOT
from benchmarks.measures.operations import CONNECTOR, new_pairs, service_on
from benchmarks.peers.cloud import running_cloud
from benchmarks.peers.function import Function
from benchmarks.peers.workshop import Workshop
from benchmarks.quartiles import pair_ratios
from tests.service.tables import create_table
from tools.bundle import sources
from tools.bundle.build import ensure
from twilio.request_validator import RequestValidator

from chime_proxy_local.gateway import http_request, lambda_event
from chime_proxy_service.handlers.signature import Signature
from chime_proxy_service.handlers.webhook import SignedWebhook
from chime_proxy_service.session import Connector, SessionKey
from chime_proxy_service.stores.dynamodb import DynamoDBStore
from chime_proxy_service.stores.memory import MemoryStore
from chime_proxy_service.stores.table import Table
from chime_proxy_service.telephony.sip.calls import SipCalls
from chime_proxy_service.telephony.switchboard import Switchboard
from chime_proxy_service.telephony.twiml import TwimlWebhook
from chime_proxy_service.wire import outputs
from chime_proxy_service.wire.api import Api
from chime_proxy_service.wire.operations import OPERATIONS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_SESSIONS = f"/voice-connectors/{CONNECTOR.voice_connector_id}/proxy-sessions"
_HOST, _SECRET = "webhook.example", "a secret of the carrier"
_WARMING = 3
_FLOOR = "boto3's DynamoDB client: the floor"
_ENVIRONMENT = {
    "ANNOUNCEMENT_LANGUAGE": "en-US",
    "CALL_LIMIT_SECONDS": "14400",
    "EVENT_BUS_NAME": "",
    "INSTANCE_ARN": "arn:aws:connect:us-east-1:000000000000:instance/one",
    "PROXY_PHONE_NUMBERS": "+12065550100",
    "SECRET_ARN": "secret",
    "TABLE_NAME": "sessions",
}
_FLOOR_CODE = """
import boto3
client = boto3.client("dynamodb")
def handler(event, context):
    return {}
"""
_RESOLVER_CODE = """
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from chime_proxy_service.handlers.api import handler
"""


def measure(workshop: Workshop, starts: int, sessions: int) -> dict[str, Any]:
    """Time cold starts in turn, and the processor's part of each operation."""
    return {
        "cold": _cold_starts(workshop, starts),
        "dispatch": _dispatch(sessions),
        "warm": _warm(workshop, sessions),
    }


def _cold_starts(workshop: Workshop, rounds: int) -> list[dict[str, Any]]:
    functions = _functions(workshop)
    samples: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            with function.started() as process:
                samples[name].append(process.start.cpu_ms)
    floor = samples[_FLOOR]
    return [
        {
            "function": name,
            "cpu_ms": round(median(taken), 2),
            "to_floor": pair_ratios(taken, floor),
        }
        for name, taken in samples.items()
    ]


def _functions(workshop: Workshop) -> dict[str, Function]:
    service, twiml = (_unpacked(workshop, one) for one in (sources.SERVICE, sources.TWIML))
    floor, resolver = workshop.path / "functions/floor", workshop.path / "functions/resolver"
    for folder, name, code in (
        (floor, "floor", _FLOOR_CODE),
        (resolver, "resolver", _RESOLVER_CODE),
    ):
        if folder == resolver:
            shutil.copytree(service, folder, dirs_exist_ok=True)
            _copy_powertools(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
        _compile(workshop, folder)
    handlers = "chime_proxy_service.handlers"
    return {
        _FLOOR: _function(workshop, floor, "floor.handler"),
        "API": _function(workshop, service, f"{handlers}.api.handler"),
        "API, with Powertools' resolver imported": _function(
            workshop, resolver, "resolver.handler"
        ),
        "webhook for TwiML": _function(workshop, twiml, f"{handlers}.twiml.handler"),
        "Amazon Connect": _function(workshop, service, f"{handlers}.connect.handler"),
        "expiry": _function(workshop, service, f"{handlers}.expiry.handler"),
    }


def _unpacked(workshop: Workshop, function: sources.Function) -> Path:
    """A function's code as it is deployed, with bytecode of this Python in place of Lambda's."""
    folder = workshop.path / "functions" / function.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.unpack_archive(ensure(ROOT, function).code, folder)
    _compile(workshop, folder)
    return folder


def _copy_powertools(target: Path) -> None:
    package = Path(aws_lambda_powertools.__file__).parent
    shutil.copytree(package, target / package.name, dirs_exist_ok=True)
    shutil.copy(typing_extensions.__file__, target)


def _compile(workshop: Workshop, folder: Path) -> None:
    mode = "--invalidation-mode=unchecked-hash"
    command = [str(workshop.python), "-m", "compileall", "-q", "-f", mode, str(folder)]
    subprocess.run(command, check=True)


def _function(workshop: Workshop, code: Path, handler: str) -> Function:
    environment = {**workshop.environment("http://127.0.0.1:9"), **_ENVIRONMENT}
    return Function(command=workshop.python, code=code, handler=handler, environment=environment)


def _dispatch(rounds: int) -> list[dict[str, Any]]:
    """Time the reading of a session from memory: by itself, by the API, by Powertools' resolver."""
    service = service_on(MemoryStore())
    api = Api(service, default_region=CONNECTOR.region)
    session_id = _create(api, next(new_pairs()))["ProxySession"]["ProxySessionId"]
    event = _event("GET", f"{_SESSIONS}/{session_id}")
    key = SessionKey(CONNECTOR, session_id)
    resolver, context = _resolver(service), cast("LambdaContext", _Context())
    acts: dict[str, Callable[[], object]] = {
        "the service alone": lambda: service.get(key),
        "the API's own dispatch": lambda: api.handle(event),
        "Powertools' resolver": lambda: resolver.resolve(event, context),
    }
    return [
        {"dispatch": name, "cpu_ms": round(median(_times(act, 20 * rounds)), 4)}
        for name, act in acts.items()
    ]


class _Context:
    """Lambda's context, with the attribute that the resolver's logger reads."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"


def _resolver(service: Any) -> APIGatewayHttpResolver:
    app = APIGatewayHttpResolver()

    def get(connector: str, session_id: str) -> dict[str, Any]:
        key = SessionKey(Connector(CONNECTOR.region, connector), session_id)
        return outputs.session_answer(service.get(key))

    for operation in OPERATIONS:
        route = operation.path.replace("{voiceConnectorId}", "<connector>")
        app.route(route.replace("{proxySessionId}", "<session_id>"), method=operation.method)(get)
    return app


def _warm(workshop: Workshop, sessions: int) -> list[dict[str, Any]]:
    with running_cloud(workshop) as cloud:
        client = cloud.client("dynamodb")
        stores = {
            "in memory": MemoryStore(),
            "on a table": DynamoDBStore(Table(client, create_table(client))),
        }
        samples: dict[str, dict[str, list[float]]] = {}
        for name, store in stores.items():
            life = _Life(service_on(store))
            for number in range(_WARMING + sessions):
                for operation, milliseconds in life.live():
                    if number >= _WARMING:
                        samples.setdefault(operation, {}).setdefault(name, []).append(milliseconds)
    return [
        {"operation": operation, **{name: round(median(one), 3) for name, one in by_store.items()}}
        for operation, by_store in samples.items()
    ]


class _Life:
    """Sends the functions of a service the events of one session after another."""

    def __init__(self, service: Any) -> None:
        self._api = Api(service, default_region=CONNECTOR.region)
        switchboard = Switchboard(service, record=lambda _: None, noted=lambda _: None)
        self._sip = SipCalls(switchboard, region=CONNECTOR.region)
        webhook = TwimlWebhook(switchboard, region=CONNECTOR.region, language="en-US")
        self._webhook = SignedWebhook(webhook, Signature(lambda: _SECRET), refused=lambda: None)
        self._pairs = new_pairs()

    def live(self) -> Iterator[tuple[str, float]]:
        """Yield each operation of two sessions, and its milliseconds of the processor."""
        for name, incoming in (("SIP", self._sip_call), ("webhook", self._webhook_call)):
            pair = next(self._pairs)
            start = time.process_time_ns()
            session = _create(self._api, pair)["ProxySession"]
            yield "Create", (time.process_time_ns() - start) / 1e6
            path = f"{_SESSIONS}/{session['ProxySessionId']}"
            number = session["Participants"][0]["ProxyPhoneNumber"]
            yield "Get", _milliseconds(partial(self._ask, "GET", path))
            yield (
                "Update",
                _milliseconds(partial(self._ask, "POST", path, {"Capabilities": ["Voice"]})),
            )
            yield f"incoming call, {name}", _milliseconds(partial(incoming, pair[0], number))
            yield "Delete", _milliseconds(partial(self._ask, "DELETE", path))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        answer = self._api.handle(_event(method, path, json.dumps(body or {}).encode()))
        if answer["statusCode"] >= HTTPStatus.MULTIPLE_CHOICES:
            raise RuntimeError(answer["body"])

    def _sip_call(self, sender: str, number: str) -> None:
        asked = {"uniqueid": "1.2", "callerid": sender, "extension": number}
        if "RECIPIENT" not in (answer := self._sip.connect(asked)):
            raise RuntimeError(answer["REFUSAL"])

    def _webhook_call(self, sender: str, number: str) -> None:
        form = {"From": sender, "To": number, "CallSid": "CA1"}
        signature = RequestValidator(_SECRET).compute_signature(f"https://{_HOST}/call", form)
        headers = {"x-twilio-signature": signature, "host": _HOST}
        event = _event("POST", "/call", urlencode(form).encode(), headers)
        if "<Dial" not in (answer := self._webhook.answer(event))["body"]:
            raise RuntimeError(answer["body"])


def _create(api: Api, pair: tuple[str, str]) -> dict[str, Any]:
    body = {"ParticipantPhoneNumbers": pair, "Capabilities": ["SMS", "Voice"]}
    answer = api.handle(_event("POST", _SESSIONS, json.dumps(body).encode()))
    created: dict[str, Any] = json.loads(answer["body"])
    return created


def _event(
    method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> dict[str, Any]:
    event = lambda_event(http_request(method, path, (headers or {}).items(), body))
    return {**event, "headers": {**event["headers"], **(headers or {})}}


def _times(act: Callable[[], object], rounds: int) -> list[float]:
    return [_milliseconds(act) for _ in range(rounds)]


def _milliseconds(act: Callable[[], object]) -> float:
    start = time.process_time_ns()
    act()
    return (time.process_time_ns() - start) / 1e6
