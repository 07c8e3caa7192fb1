"""No test can reach an account: dummy keys, a fixed region, no profile, no endpoint but loopback.

No cloud outlives the tests: each one ends when this process does, however it ends.
"""

import fcntl
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import pytest
from tests.service.tables import dynamodb_client
from tools.bundle.build import ensure_all

from chime_proxy_local.command import process
from chime_proxy_local.environment import CHECKOUT_CACHES
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

_ROOT = Path(__file__).parents[1]

for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_REGION="us-east-1",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_ENDPOINT_URL="http://127.0.0.1:9",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    # CDK's own rules only warn, and take longer to start than all the rest of a synthesis. The tests
    # that want no warning turn them on.
    CDK_VALIDATION="false",
    **CHECKOUT_CACHES,
)
_OWNER = NamedTemporaryFile(prefix="tests-")  # noqa: SIM115 - locked until this process ends
fcntl.flock(_OWNER, fcntl.LOCK_EX)
os.environ["LOCAL_CLOUD_OWNER"] = _OWNER.name
os.environ["PATH"] = os.pathsep.join(
    [sysconfig.get_path("scripts"), str(_ROOT / "node_modules" / ".bin"), os.environ["PATH"]]
)
assert sys.prefix != sys.base_prefix, "run the tests by `make test`, in the project's environment"


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator["DynamoDBClient"]:
    """Make a client of a local DynamoDB, in a cloud of this process's own."""
    folder = Folder(tmp_path_factory.mktemp("dynamodb") / ".local")
    yield dynamodb_client(endpoint(process.start(folder)))
    process.stop(folder)


def pytest_configure(config: pytest.Config) -> None:
    """Build the functions' code once, before the workers would all do it."""
    if not hasattr(config, "workerinput"):
        ensure_all(_ROOT)


# What takes longest begins first. A process that runs a file's last test already has its next file,
# which waits: so the five that begin are long, and what follows them is short.
_FIRST = (
    "docs/test_cloudformation.py",
    "contract/test_histories.py",
    "docs/test_getting_started.py",
    "local/test_deployment.py",
    "local/test_troubleshooting.py",
    "docs",
    "local",
    "gitops",
    "contract",
    "privacy",
    "fuzz",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow files."""
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> int:
    name = str(path.relative_to(_ROOT / "tests"))
    return next((rank for rank, first in enumerate(_FIRST) if name.startswith(first)), len(_FIRST))
