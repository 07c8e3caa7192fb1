"""Who may import whom."""

import ast
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SERVICE_DOMAIN = {
    "configuration",
    "contact",
    "errors",
    "expiry",
    "idempotency",
    "number_choice",
    "number_pool",
    "records",
    "requests",
    "retention",
    "rules",
    "service",
    "session",
    "store",
}
# Lowest first: a room imports rooms of lower rows alone, none of its own row.
PROVIDER_LAYERS = [
    {"deadline", "deferred_import", "environment", "errors", "phone_number", "redaction"},
    {"aws", "cloudformation"},
    {"lifecycle", "report"},
    {"proxy_session", "voice_connector_proxy"},
    {"resource_types"},
    {"handler"},
]

ROOT = Path(__file__).parents[2]
CONSTRUCTS = ROOT / "constructs"
LAMBDA = ROOT / "lambda"


def imports(folder: Path) -> dict[str, set[str]]:
    """The modules that each file below a folder imports."""
    return {str(path.relative_to(ROOT)): _imported(path) for path in folder.rglob("*.py")}


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                found |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                module = node.module or ""
                found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def offenders(folder: Path, *forbidden: str) -> list[str]:
    """The files below a folder that import what they may not."""
    return [
        path
        for path, names in imports(folder).items()
        if any(name == bad or name.startswith(f"{bad}.") for name in names for bad in forbidden)
    ]


def test_constructs_import_nothing_that_runs_in_lambda() -> None:
    """The construct knows the handler by its schema and its template alone."""
    assert offenders(CONSTRUCTS, "chime_proxy_provider", "chime_proxy_service") == []


def test_sdk_is_for_what_asks_aws() -> None:
    """The SDK is an extra: two subcommands and `client` need it, and nothing imports them at once."""
    asking = {
        "_command/failure",
        "_deployed/api",
        "_deployed/providers",
        "_deployed/stack",
        "_drift/command",
        "_sessions/command",
    }
    paths = {f"constructs/chime_proxy/{module}.py" for module in asking}
    modules = {f"chime_proxy.{module.replace('/', '.')}" for module in asking}

    with_sdk = set(offenders(CONSTRUCTS, "boto3", "botocore"))
    assert with_sdk == {*paths, "constructs/chime_proxy/sdk.py"}
    assert set(offenders(CONSTRUCTS, *modules)) - paths == {
        "constructs/chime_proxy/_command/main.py"
    }


def test_lambda_knows_no_cdk() -> None:
    """What runs in Lambda needs neither CDK nor the construct."""
    assert offenders(LAMBDA, "aws_cdk", "constructs", "jsii", "chime_proxy") == []


def test_provider_and_service_meet_on_the_wire() -> None:
    """The provider and the service do not import each other."""
    assert offenders(LAMBDA / "chime_proxy_provider", "chime_proxy_service") == []
    assert offenders(LAMBDA / "chime_proxy_service", "chime_proxy_provider") == []


@pytest.mark.parametrize(
    ("library", "module"),
    [
        ("crhelper", "cloudformation.crhelper_adapter"),
        ("aws_lambda_powertools", "report"),
    ],
)
def test_one_module_for_each_library(library: str, module: str) -> None:
    """A library is used in one module, and only the handler, where all comes together, uses that."""
    provider = LAMBDA / "chime_proxy_provider"

    assert offenders(provider, library) == [
        f"lambda/chime_proxy_provider/{module.replace('.', '/')}.py"
    ]
    users = offenders(provider, f"chime_proxy_provider.{module}")
    assert set(users) <= {"lambda/chime_proxy_provider/handler.py"}


def test_clients_are_made_in_one_module() -> None:
    """Only `aws/clients.py` and the session it uses make clients, by botocore and without boto3."""
    provider = LAMBDA / "chime_proxy_provider"

    assert offenders(provider, "boto3") == []
    assert sorted(offenders(provider, "botocore.session")) == [
        "lambda/chime_proxy_provider/aws/clients.py",
        "lambda/chime_proxy_provider/aws/sdk_session.py",
    ]
    users = offenders(provider, "chime_proxy_provider.aws.clients")
    assert users == ["lambda/chime_proxy_provider/handler.py"]


def test_environment_is_read_at_the_root() -> None:
    """Only the handler looks at environment variables."""
    readers = [
        path.name
        for path in (LAMBDA / "chime_proxy_provider").rglob("*.py")
        if "os.environ" in path.read_text(encoding="utf-8")
    ]

    assert readers == ["handler.py"]


def _rooms(package: str) -> dict[str, set[str]]:
    """The rooms of a package, modules beside them included, and those that each imports."""
    folder = LAMBDA / package
    rooms: dict[str, set[str]] = {}
    for path in folder.rglob("*.py"):
        room = path.relative_to(folder).parts[0].removesuffix(".py")
        names = (name.split(".") for name in _imported(path))
        found = {parts[1] for parts in names if parts[0] == package and len(parts) > 1}
        rooms[room] = rooms.get(room, set()) | found - {room}
    del rooms["__init__"]
    return rooms


def test_service_domain_knows_no_wire_and_no_engine() -> None:
    """The service's rules and operations import each other, `phonenumbers` and the standard library alone."""
    rooms = _rooms("chime_proxy_service")

    for module in SERVICE_DOMAIN:
        assert rooms[module] <= SERVICE_DOMAIN
        path = LAMBDA / "chime_proxy_service" / f"{module}.py"
        roots = {name.split(".")[0] for name in _imported(path)}
        assert roots <= {*sys.stdlib_module_names, "chime_proxy_service", "phonenumbers"}


def test_service_rooms_meet_in_the_handlers() -> None:
    """Wire, stores and telephony import the domain alone, and the handlers import them."""
    rooms = _rooms("chime_proxy_service")

    assert rooms.keys() == SERVICE_DOMAIN | {"wire", "stores", "telephony", "handlers"}
    assert rooms["wire"] <= SERVICE_DOMAIN - {"rules", "store", "number_pool"}
    assert rooms["stores"] <= SERVICE_DOMAIN - {"rules", "service", "number_pool"}
    assert rooms["telephony"] <= SERVICE_DOMAIN - {"rules", "store", "number_pool"}


def test_stores_alone_may_know_an_engine() -> None:
    """Outside stores and handlers the service imports no SDK."""
    users = offenders(LAMBDA / "chime_proxy_service", "boto3", "botocore")
    rooms = {path.split("/")[2] for path in users}

    assert rooms <= {"stores", "handlers"}


def test_carriers_packages_are_for_the_handlers() -> None:
    """Only the check of signatures imports a carrier's package, and no other function needs that."""
    service = LAMBDA / "chime_proxy_service"
    handlers, module = "lambda/chime_proxy_service/handlers", "chime_proxy_service.handlers"

    assert offenders(service, "twilio") == [f"{handlers}/signature.py"]
    users = offenders(service, f"{module}.signature", f"{module}.webhook")
    assert set(users) == {f"{handlers}/webhook.py", f"{handlers}/twiml.py"}


def test_service_environment_is_read_in_the_handlers() -> None:
    """Only the service's handlers look at environment variables."""
    folder = LAMBDA / "chime_proxy_service"
    readers = {
        path.relative_to(folder).parts[0]
        for path in folder.rglob("*.py")
        if "environ" in path.read_text(encoding="utf-8")
    }

    assert readers == {"handlers"}


def test_provider_imports_point_downwards() -> None:
    """A room of the provider imports lower layers alone, so its imports go in no circle."""
    rooms = _rooms("chime_proxy_provider")
    lower: set[str] = set()

    assert rooms.keys() == set().union(*PROVIDER_LAYERS)
    for layer in PROVIDER_LAYERS:
        for room in layer:
            assert rooms[room] <= lower, room
        lower |= layer


def test_nothing_imports_the_local_cloud() -> None:
    """The local cloud drives the rest from outside; only the command has it as a subcommand."""
    assert offenders(LAMBDA, "chime_proxy_local") == []
    assert offenders(CONSTRUCTS, "chime_proxy_local") == ["constructs/chime_proxy/_command/main.py"]


def test_source_roots_are_no_packages() -> None:
    """An __init__.py in constructs/ would hide the package of that name that CDK needs."""
    assert not (CONSTRUCTS / "__init__.py").exists()
    assert not (LAMBDA / "__init__.py").exists()
    spec = find_spec("constructs")
    assert spec
    assert spec.origin
    assert ROOT / "constructs" not in Path(spec.origin).parents
