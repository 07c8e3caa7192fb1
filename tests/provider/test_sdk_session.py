from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import boto3
import botocore.session
import pytest
from botocore.model import ListShape, ServiceModel, Shape, StructureShape
from tests.doubles import CONNECTOR, SESSION
from tests.provider.sdk_data import sdk_data

from chime_proxy_provider.aws.clients import api_client
from chime_proxy_provider.aws.sdk_session import SDK_DATA, sdk_session
from chime_proxy_provider.handler import handler

API: Final = "chime-sdk-voice"
FULL = botocore.session.get_session().get_service_model(API)
TRIMMED = sdk_session().get_service_model(API)


def described(shape: Shape | None) -> Any:
    """All that botocore does with a shape: its type, its place on the wire and what is in it."""
    inside: Any = None
    match shape:
        case StructureShape():
            inside = {name: described(member) for name, member in shape.members.items()}
        case ListShape():
            inside = described(shape.member)
    return shape and (shape.name, shape.type_name, shape.serialization, shape.metadata, inside)


def operation(model: ServiceModel, name: str) -> Any:
    """All that botocore does with an operation."""
    one = model.operation_model(name)
    errors = [described(shape) for shape in one.error_shapes]
    return one.http, described(one.input_shape), described(one.output_shape), errors


class _NotSent(Exception):
    pass


def request(client: Any) -> tuple[str, str]:
    """The address of a request and the scope of its signature."""
    sent: list[Any] = []

    def keep(request: Any, **_: object) -> None:
        sent.append(request)
        raise _NotSent

    client.meta.events.register("before-send", keep)
    with suppress(_NotSent):
        client.get_proxy_session(VoiceConnectorId=CONNECTOR, ProxySessionId=SESSION)
    return sent[0].url, sent[0].headers["Authorization"].decode().partition("Signature")[0]


@pytest.fixture(autouse=True)
def no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that go where AWS's own endpoints are; nothing is sent."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")


def test_data_files_are_the_installed_botocores() -> None:
    """The data beside the code are those of the installed botocore, and no others."""
    paths = [path.relative_to(SDK_DATA) for path in SDK_DATA.rglob("*.json")]

    assert {path: (SDK_DATA / path).read_text(encoding="utf-8") for path in paths} == sdk_data()


def test_model_has_the_proxy_operations_alone() -> None:
    """The model beside the code has every operation on proxies, and none else."""
    names = {name for name in FULL.operation_names if "Proxy" in name}

    assert set(TRIMMED.operation_names) == names
    assert {name: operation(TRIMMED, name) for name in names} == {
        name: operation(FULL, name) for name in names
    }
    assert {**TRIMMED.metadata} == {**FULL.metadata}


@pytest.mark.parametrize("fips", ["false", "true"])
@pytest.mark.parametrize(
    "region", [*boto3.Session().get_available_regions(API), "us-gov-west-1", "cn-north-1", "no-1"]
)
def test_client_calls_the_same_address_as_boto3s_own(
    monkeypatch: pytest.MonkeyPatch, region: str, fips: str
) -> None:
    """In every region the client calls and signs for the same address as boto3's own."""
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", fips)
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)

    assert request(api_client()) == request(boto3.client(API))


def test_client_of_an_http_api_signs_for_it() -> None:
    """With a signing name, requests are signed for that service and no other."""
    url = "https://abc.execute-api.us-east-1.amazonaws.com"
    address, scope = request(api_client(url, "execute-api"))

    assert address.startswith(url)
    assert "/us-east-1/execute-api/aws4_request" in scope
    assert "/us-east-1/chime/aws4_request" in request(api_client(url))[1]


def test_handlers_client_uses_the_data_beside_the_code() -> None:
    """The handler starts on the data beside the code."""
    assert handler.client().meta.service_model.operation_names == TRIMMED.operation_names


def test_botocore_that_wants_more(tmp_path: Path) -> None:
    """Where the data beside the code do not suffice the client is boto3's own."""
    client: Any = api_client(sdk_data=tmp_path)

    assert client.meta.service_model.operation_names == FULL.operation_names
    assert client.meta.config.retries["total_max_attempts"] == 1
