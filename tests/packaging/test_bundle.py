import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import aws_cdk as cdk
import pytest
from tools.bundle.build import ensure
from tools.bundle.packages import pins
from tools.bundle.sources import PROVIDER, SERVICE, TWIML, Function

from chime_proxy import ProxySessionProvider

ROOT = Path(__file__).parents[2]
# As importlib.util.MAGIC_NUMBER says on Python 3.14; 1 says that no source is looked at.
HEADER = (3627).to_bytes(2, "little") + b"\r\n" + (1).to_bytes(4, "little")


@pytest.fixture(
    scope="module", params=[PROVIDER, SERVICE, TWIML], ids=["provider", "service", "twiml"]
)
def function(request: pytest.FixtureRequest) -> Function:
    """Each function: the tests of this file are run on all of them."""
    chosen: Function = request.param
    return chosen


@pytest.fixture(scope="module")
def code(function: Function) -> Path:
    """The zip that a function is made of."""
    return ensure(ROOT, function).code


@pytest.fixture(scope="module")
def bundle(code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is in the zip, as Lambda unpacks it."""
    folder = tmp_path_factory.mktemp("bundle")
    shutil.unpack_archive(code, folder)
    return folder


def python(code: str, *path: Path) -> subprocess.CompletedProcess[str]:
    """Run code with the standard library and what lies on a path, and nothing else."""
    environment = {
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TABLE_NAME": "sessions",
        "EVENT_BUS_NAME": "calls",
        "INSTANCE_ARN": "instance",
        "SECRET_ARN": "secret",
        "ANNOUNCEMENT_LANGUAGE": "en-US",
        "CALL_LIMIT_SECONDS": "60",
    }
    command = [sys.executable, "-S", "-W", "error", "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_handler_starts_from_the_bundle(function: Function, bundle: Path, runtime: Path) -> None:
    """The bundle and what Lambda brings are all that the handler needs."""
    done = python(f"import {function.handler}", bundle, runtime)

    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("module", ["connect", "expiry"])
def test_other_functions_start_from_the_services_bundle(
    runtime: Path, tmp_path: Path, module: str
) -> None:
    """Those for Amazon Connect and for closings need no package that the API's does not need."""
    shutil.unpack_archive(ensure(ROOT, SERVICE).code, tmp_path)

    done = python(f"import chime_proxy_service.handlers.{module}", tmp_path, runtime)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("library", ["crhelper", "aws_lambda_powertools", "phonenumbers", "twilio"])
def test_runtime_brings_no_package_of_the_bundle(runtime: Path, library: str) -> None:
    """What is zipped is not in the runtime, so that a missing package cannot hide."""
    assert "ModuleNotFoundError" in python(f"import {library}", runtime).stderr


def test_sdk_is_left_to_the_runtime(bundle: Path) -> None:
    """The SDK is not zipped: Lambda's runtime brings it."""
    assert "ModuleNotFoundError" in python("import boto3", bundle).stderr


def test_nothing_is_in_bundle_and_runtime(bundle: Path, runtime: Path) -> None:
    """What Lambda brings is not in the zip as well."""
    zipped, brought = ({path.name for path in folder.iterdir()} for folder in (bundle, runtime))

    assert not zipped & brought


def test_bundle_holds_the_pins_and_one_package_alone(function: Function, bundle: Path) -> None:
    """A bundle has no machine code, commands, installer's files or other package of ours."""
    files = [path for path in bundle.rglob("*") if path.is_file()]
    packages = {path.name.removesuffix(".dist-info") for path in bundle.glob("*.dist-info")}

    assert packages == {_folder(pin) for pin in pins(function.requirements(ROOT))}
    assert not [path for path in files if path.suffix in (".so", ".pyd", ".dll", ".exe")]
    assert not {path.name for path in files} & {
        "RECORD",
        "INSTALLER",
        "REQUESTED",
        "direct_url.json",
    }
    ours = {path.name for path in bundle.iterdir() if path.name.startswith("chime_proxy")}
    assert ours == {function.package}
    assert not {path.name for path in bundle.iterdir()} & {"bin", "tests"}


def _folder(pin: str) -> str:
    name, version = pin.split("==")
    return f"{name.replace('-', '_')}-{version}"


def test_every_file_of_the_zip_is_readable_for_all(code: Path) -> None:
    """Lambda's user may read all files; no time and no owner of a build is in the zip."""
    entries = ZipFile(code).infolist()

    assert {oct(entry.external_attr >> 16) for entry in entries} == {"0o100644"}
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_every_module_has_bytecode_of_lambdas_python(bundle: Path) -> None:
    """Beside each source is bytecode of Python 3.14, which that takes without a look at the source."""
    compiled = {
        path.parents[1] / path.name.replace(".cpython-314.pyc", ".py")
        for path in bundle.rglob("*.pyc")
        if path.read_bytes().startswith(HEADER)
    }

    assert compiled == set(bundle.rglob("*.py"))


def test_zip_names_no_folder_of_the_build(function: Function, code: Path) -> None:
    """The bytecode's file names are those that Lambda has; none is of the building machine."""
    with ZipFile(code) as files:
        contents = {name: files.read(name) for name in files.namelist()}

    assert not [name for name, content in contents.items() if str(ROOT).encode() in content]
    *folders, module = function.handler.split(".")
    compiled = contents[f"{'/'.join(folders)}/__pycache__/{module}.cpython-314.pyc"]
    assert f"/var/task/{'/'.join(folders)}/{module}.py".encode() in compiled


def test_zip_is_small(code: Path) -> None:
    """The zip is small, half of it bytecode."""
    assert code.stat().st_size < 2_500_000


def test_asset_is_the_bundle_byte_for_byte(tmp_path: Path) -> None:
    """CDK uploads the very zip, under a hash of its contents."""
    code = ensure(ROOT, PROVIDER).code
    app = cdk.App(outdir=str(tmp_path))
    ProxySessionProvider(cdk.Stack(app, "Calls"), "Provider", endpoint_url="https://example.com")
    app.synth()

    (asset,) = tmp_path.glob("asset.*")
    assert asset.read_bytes() == code.read_bytes()
    again = cdk.FileSystem.fingerprint(str(code))
    assert again in asset.name
