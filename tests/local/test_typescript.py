"""The TypeScript app of other-languages.md, compiled, synthesized and deployed."""

import json
import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.docs.page import Page
from tests.folders import ROOT
from tests.local.plain_stack import PlainStack
from tests.local.published_rides import synthesize_with_provider
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack
from tests.local.synthesis import published

PAGE = Page(ROOT / "docs" / "other-languages.md")
BOOTSTRAPPED = "/cdk-bootstrap/hnb659fds/version"
COMPILER_OPTIONS = {
    "target": "es2022",
    "module": "node16",
    "strict": True,
    "skipLibCheck": True,
    "types": [],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the app, and with the JavaScript libraries that CDK's Python packages have."""
    folder = tmp_path_factory.mktemp("typescript")
    for package in ("aws_cdk", "aws_cdk.cloud_assembly_schema", "constructs"):
        _unpack(package, folder / "node_modules")
    (app,) = [block.code for block in PAGE.blocks() if block.language == "ts"]
    (folder / "app.ts").write_text(app, encoding="utf-8")
    options = json.dumps({"compilerOptions": COMPILER_OPTIONS})
    (folder / "tsconfig.json").write_text(options, encoding="utf-8")
    return folder


@pytest.fixture
def service(cloud: RunningCloud, tmp_path: Path) -> Iterator[SessionStack]:
    """Deploy the service and its provider, both published."""
    templates = published(cloud, tmp_path / "published", synthesize_with_provider)
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "Installed")
    assert stack.create("installed") == "CREATE_COMPLETE", stack.failures()
    yield stack
    assert stack.delete() == "DELETE_COMPLETE"


def _unpack(package: str, modules: Path) -> None:
    """Unpack the JavaScript library of a Python package among a project's modules."""
    spec = find_spec(f"{package}._jsii")
    assert spec
    assert spec.origin
    (library,) = Path(spec.origin).parent.glob("*.tgz")
    with tarfile.open(library) as archive:
        # Pythons before 3.11.4 have no filters, and ask for none.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(modules)  # noqa: S202 - of an installed package
    unpacked = modules / "package"
    target = modules / json.loads((unpacked / "package.json").read_text("utf-8"))["name"]
    target.parent.mkdir(exist_ok=True)
    unpacked.rename(target)


def _run(*command: str, folder: Path, **settings: str) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_app_of_the_page_is_compiled_and_deployed(
    cloud: RunningCloud, project: Path, service: SessionStack
) -> None:
    """The compiler finds nothing wrong; the app's stack gets a session, which goes with it."""
    assert service.status() == "CREATE_COMPLETE"
    _run(str(ROOT / "node_modules" / ".bin" / "tsc"), folder=project)
    _run("node", "app.js", folder=project, CDK_OUTDIR="cdk.out")
    template = project / "cdk.out" / "TypeScriptRides.template.json"
    cloud.client("ssm").put_parameter(Name=BOOTSTRAPPED, Value="30", Type="String", Overwrite=True)
    stack = PlainStack(cloud.client("cloudformation"), "TypeScriptRides", template)

    assert stack.create() == "CREATE_COMPLETE", stack.failures()
    assert re.fullmatch(r"\+1206555\d{4}", stack.outputs()["ProxyPhoneNumber"])
    assert stack.delete() == "DELETE_COMPLETE"
