"""The Lambda functions of deployed services."""
# ruff: noqa: SLF001 - ministack has no public names for its functions and layers

import io
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from ministack.core.responses import get_account_id, request_scope
from ministack.services import lambda_svc

from chime_proxy_local.cloudformation.place import Resource, resources
from chime_proxy_local.environment import REGION
from chime_proxy_service.handlers.settings import Settings

_HANDLER = "chime_proxy_service.handlers.api.handler"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFunction:
    """A function that serves proxy sessions.

    Args:
        region: the function's.
        name: the function's.
        environment: its variables.
        layers: the ARNs of its layers. A layer's contents never change.
        title: the service's place in its stack, such as `Rides/Service`; without a stack the
            function's name.
    """

    region: str
    name: str
    environment: tuple[tuple[str, str], ...]
    layers: tuple[str, ...]
    title: str

    @property
    def table(self) -> str:
        """The name of the service's table; empty if the function has none."""
        return dict(self.environment).get("TABLE_NAME", "")


def service_functions() -> list[ServiceFunction]:
    """Return the functions of deployed services, by their titles."""
    return sorted(_functions(), key=lambda one: (one.title, one.name))


def settings_of(function: ServiceFunction) -> Settings:
    """Read a function's settings as the function itself does.

    Raises:
        ValueError: a number is not in E.164 format.
    """
    environment = {**dict(function.environment), "AWS_REGION": function.region}
    with TemporaryDirectory() as folder:
        for layer in function.layers:
            _unpack(layer, function.region, folder)
        return Settings.read(environment, [f"{folder}/python"])


def _unpack(layer: str, region: str, folder: str) -> None:
    with request_scope(get_account_id(), region):
        content = lambda_svc._resolve_layer_zip(layer)
    if content:
        ZipFile(io.BytesIO(content)).extractall(folder)


def _functions() -> Iterator[ServiceFunction]:
    declared = {(one.region, one.physical_id): one for one in resources("AWS::Lambda::Function")}
    for (account, region, name), function in list(lambda_svc._functions._data.items()):
        configuration = function["config"]
        if account != get_account_id() or configuration.get("Handler") != _HANDLER:
            continue
        variables: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
        yield ServiceFunction(
            region=region,
            name=name,
            environment=tuple(sorted(variables.items())),
            layers=tuple(layer["Arn"] for layer in configuration.get("Layers", ())),
            title=_title(name, declared.get((region, name)), region),
        )


def _title(name: str, resource: Resource | None, region: str) -> str:
    title = name
    if resource:
        title = resource.place.removesuffix("/Function")
        # The path begins with the name of the stack, unless the app has given it another.
        if not title.startswith(f"{resource.stack}/"):
            title += f" of stack {resource.stack}"
    return title if region == REGION else f"{title} in {region}"
