from typing import Any

import botocore.session
import pytest
from botocore.model import (
    ListShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)

from chime_proxy_service import session
from chime_proxy_service.wire import operations
from chime_proxy_service.wire.constraints import Boolean, Integer, ListOf, Structure, Text
from chime_proxy_service.wire.operations import Operation


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    """What AWS's own clients know of the API."""
    return botocore.session.get_session().get_service_model("chime-sdk-voice")


@pytest.fixture(params=operations.OPERATIONS, ids=lambda operation: operation.name)
def operation(request: pytest.FixtureRequest) -> Operation:
    """Each of the service's operations."""
    one: Operation = request.param
    return one


@pytest.fixture
def modelled(model: ServiceModel, operation: Operation) -> OperationModel:
    """The same operation in the model."""
    return model.operation_model(operation.name)


def restated(shape: Shape | None) -> Any:
    """Say what a shape of the model demands in the service's own terms."""
    limits = shape.metadata if shape else {}
    minimum, maximum = limits.get("min"), limits.get("max")
    match shape:
        case StructureShape():
            members = {name: restated(member) for name, member in shape.members.items()}
            return Structure(members=members, required=frozenset(shape.required_members))
        case ListShape():
            return ListOf(member=restated(shape.member), minimum=minimum or 0, maximum=maximum)
        case StringShape():
            pattern, values = limits.get("pattern"), tuple(shape.enum)
            return Text(pattern=pattern, values=values, minimum=minimum or 0, maximum=maximum)
        case Shape(type_name="boolean"):
            return Boolean()
    return Integer(minimum=minimum, maximum=maximum)


def test_operations_are_the_models(model: ServiceModel) -> None:
    """The service has every operation on proxies that the model has, and no other."""
    names = {name for name in model.operation_names if "Proxy" in name}

    assert {operation.name for operation in operations.OPERATIONS} == names


def test_method_path_and_status_are_the_models(
    operation: Operation, modelled: OperationModel
) -> None:
    """Each operation is found where the model says, and succeeds with its status."""
    assert operation.method == modelled.http["method"]
    assert operation.path == modelled.http["requestUri"]
    assert operation.status_code == modelled.http.get("responseCode", 200)


def test_constraints_are_the_models(operation: Operation, modelled: OperationModel) -> None:
    """Each input has the model's members, types, patterns, enums, ranges and required members."""
    assert operation.input == restated(modelled.input_shape)


def test_query_parameters_are_the_models(operation: Operation, modelled: OperationModel) -> None:
    """Each query parameter is the model's."""
    assert modelled.input_shape
    query = {
        member.serialization["name"]: name
        for name, member in modelled.input_shape.members.items()
        if member.serialization.get("location") == "querystring"
    }

    assert operation.query == query


def test_status_values_are_the_models(model: ServiceModel) -> None:
    """A session's status is one of the model's."""
    assert list(session.Status) == model.shape_for("ProxySessionStatus").metadata["enum"]
