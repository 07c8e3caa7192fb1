import os
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from zipfile import ZipFile

import pytest
from tools.bundle import imports, packages
from tools.bundle.archive import archive
from tools.bundle.build import Bundle, ensure
from tools.bundle.errors import BundleError
from tools.bundle.sources import PROVIDER

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(code: Path, tmp_path: Path) -> Path:
    """A checkout without node_modules, whose packages are installed but not zipped."""
    copy = tmp_path / "checkout"
    unused = ("__pycache__", "service-packages-*", "twiml-packages-*")
    for name in (".bundle", "lambda", "tools/bundle"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns(*unused))
    (copy / code.relative_to(ROOT)).unlink()
    return copy


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine's pip is told."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the wheels of two versions of a package, and no index of the machine's own."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "index"
    folder.mkdir()
    for version in ("1.0", "2.0"):
        make_wheel(folder, version)
    return folder


def make_wheel(
    folder: Path, version: str, module: str = "tiny.py", tag: str = "py3-none-any"
) -> Path:
    """Write a wheel by hand."""
    info = f"tiny-{version}.dist-info"
    files = {
        module: "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{info}/entry_points.txt": "[console_scripts]\ntiny = tiny:main\n",
    }
    digests = {
        name: urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()
        for name, text in files.items()
    }
    record = "".join(f"{name},sha256={digest},\n" for name, digest in digests.items())
    path = folder / f"tiny-{version}-{tag}.whl"
    with ZipFile(path, "w") as wheel:
        for name, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(name, text)
    return path


def pinned(folder: Path, wheel: Path) -> Path:
    """A file of requirements that pins version 1.0 by the hash of a wheel."""
    file = folder / "requirements.txt"
    digest = sha256(wheel.read_bytes()).hexdigest()
    file.write_text(f"# A comment.\ntiny==1.0 --hash=sha256:{digest}\n")
    return file


def test_settings_of_other_projects_change_nothing(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever pip is told for the user's own projects, the pinned version is installed."""
    constraint, configuration = tmp_path / "constraint.txt", tmp_path / "pip.conf"
    constraint.write_text("tiny==2.0\n")
    configuration.write_text(f"[global]\nuser = true\nfind-links = {index}\nno-index = true\n")
    for name, value in {
        "PIP_CONFIG_FILE": str(configuration),
        "PIP_CONSTRAINT": str(constraint),
        "PIP_DRY_RUN": "1",
        "PIP_NO_BINARY": ":all:",
        "PIP_PREFIX": str(tmp_path / "prefix"),
        "PIP_REQUIRE_HASHES": "1",
        "PIP_USER": "1",
    }.items():
        monkeypatch.setenv(name, value)

    packages.install(
        pinned(tmp_path, index / "tiny-1.0-py3-none-any.whl"), tmp_path / "out", "3.14"
    )

    installed = {
        str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")
    }
    info = "tiny-1.0.dist-info"
    assert installed == {"tiny.py", info, *(f"{info}/{name}" for name in ("entry_points.txt",))}


def test_index_of_the_configuration_is_asked(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place of packages is the user's to say: by a file here, by a variable below."""
    (tmp_path / "pip.conf").write_text(f"[install]\nfind-links =\n  {index}\nno-index = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))

    packages.install(
        pinned(tmp_path, index / "tiny-1.0-py3-none-any.whl"), tmp_path / "out", "3.14"
    )

    assert (tmp_path / "out" / "tiny.py").exists()


def test_package_of_another_hash_is_refused(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that is not the pinned one, though it says so, ends the build."""
    requirements = pinned(tmp_path, index / "tiny-2.0-py3-none-any.whl")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(BundleError, match="DO NOT MATCH THE HASHES"):
        packages.install(requirements, tmp_path / "out", "3.14")


def test_package_with_machine_code_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs on one kind of processor alone is not bundled."""
    wheel = make_wheel(tmp_path, "1.0", module="tiny.so")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(BundleError, match=r"machine code.*tiny\.so"):
        packages.install(pinned(tmp_path, wheel), tmp_path / "out", "3.14")


def test_bundle_without_a_package_is_refused(bundle: Path, tmp_path: Path) -> None:
    """A bundle whose handler cannot be imported is never zipped."""
    incomplete = tmp_path / "bundle"
    shutil.copytree(bundle, incomplete, ignore=shutil.ignore_patterns("crhelper", "__pycache__"))

    with pytest.raises(BundleError, match="No module named 'crhelper'"):
        imports.check(incomplete, PROVIDER.handler)


def test_bundle_is_built_anew_when_a_source_changes(
    checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is deployed is never older than the sources; a build says so in a line, and no build nothing."""
    first = ensure(checkout, PROVIDER).code.read_bytes()
    assert capfd.readouterr().err.startswith("Building the provider's code")
    ensure(checkout, PROVIDER)
    assert capfd.readouterr().err == ""

    errors = checkout / "lambda" / "chime_proxy_provider" / "errors.py"
    errors.write_text(errors.read_text() + "# another line\n")
    (errors.parent / "errors.py~").touch()

    assert ensure(checkout, PROVIDER).code.read_bytes() != first
    assert "Building the provider's code" in capfd.readouterr().err


def test_two_first_builds_at_once_make_one_bundle(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two builds that install the packages at the same moment both succeed, with the same bytes."""
    (packages_folder,) = (checkout / ".bundle").glob("provider-packages-*")
    installed = packages_folder.rename(tmp_path / "installed")
    both = Barrier(2)

    def install(_requirements: Path, target: Path, _version: str) -> None:
        shutil.copytree(installed, target)
        both.wait(timeout=300)

    monkeypatch.setattr(packages, "install", install)
    with ThreadPoolExecutor() as threads:
        first, second = threads.map(ensure, [checkout, checkout], [PROVIDER, PROVIDER])

    assert first == second
    assert {path.name for path in first.folder.glob("provider*")} == {
        "provider-built-from",
        packages_folder.name,
        "provider.zip",
    }


def test_bundle_of_an_interrupted_build_is_built_anew(checkout: Path) -> None:
    """A stamp without its contents, as a machine that stops may leave it, is no stamp."""
    whole = ensure(checkout, PROVIDER).code.read_bytes()
    Bundle(checkout, PROVIDER).stamp.write_text("")
    Bundle(checkout, PROVIDER).code.write_bytes(b"")

    assert ensure(checkout, PROVIDER).code.read_bytes() == whole


def test_bundle_that_is_not_of_its_stamp_is_built_anew(checkout: Path) -> None:
    """Two builds at once may leave the zip of one beside the stamp of the other: it is no bundle."""
    whole = ensure(checkout, PROVIDER).code.read_bytes()
    Bundle(checkout, PROVIDER).code.write_bytes(b"another")

    assert ensure(checkout, PROVIDER).code.read_bytes() == whole


def test_bundle_without_node_has_no_bytecode_and_is_whole(
    checkout: Path, bundle: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where pyodide is not installed the bundle is valid, and a line says that it starts slower."""
    code = ensure(checkout, PROVIDER).code
    assert "has no bytecode" in capfd.readouterr().err

    with ZipFile(code) as files:
        contents = {name: files.read(name) for name in files.namelist()}
    assert contents == {
        path.relative_to(bundle).as_posix(): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_checkouts_make_the_same_bytes_whatever_their_umask(code: Path, checkout: Path) -> None:
    """Two checkouts make the same bytes, wherever they are and whatever the umask is.

    So they do if the local cloud has a zip without bytecode already, and that one serves it too.
    """
    (checkout / "node_modules").symlink_to(ROOT / "node_modules")
    assert build_for_local_cloud(checkout).startswith("Building the provider's code")
    assert build_for_local_cloud(checkout) == ""
    with ZipFile(Bundle(checkout, PROVIDER).code) as files:
        assert not [name for name in files.namelist() if name.endswith(".pyc")]
    before = os.umask(0o077)
    try:
        built = ensure(checkout, PROVIDER).code
    finally:
        os.umask(before)

    assert built.read_bytes() == code.read_bytes()
    assert built.stat().st_mode & 0o777 == 0o644
    assert build_for_local_cloud(checkout) == ""
    assert built.read_bytes() == code.read_bytes()


def build_for_local_cloud(checkout: Path) -> str:
    """Build the provider's zip as `make local` does, and return what is printed."""
    return subprocess.run(
        [sys.executable, "-m", "tools.bundle", "provider"],
        cwd=checkout,
        env={**os.environ, "BUNDLE_BYTECODE": "no"},
        check=True,
        stderr=subprocess.PIPE,
        text=True,
    ).stderr


def test_shipped_bundle_is_kept_where_there_is_no_compiler(code: Path, checkout: Path) -> None:
    """A source distribution's zip is used as it is, with its bytecode."""
    shipped = Bundle(checkout, PROVIDER).code
    shutil.copy(code, shipped)

    assert ensure(checkout, PROVIDER).code.read_bytes() == code.read_bytes()


def test_archive_follows_from_its_files(tmp_path: Path) -> None:
    """Neither the dates nor the modes of files nor the order of their making change a zip."""
    for folder, names in (("one", "ab"), ("two", "ba")):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_text(name)
    (tmp_path / "two" / "a").chmod(0o600)

    assert archive(tmp_path / "one") == archive(tmp_path / "two")
    (tmp_path / "two" / "a").write_text("another")
    assert archive(tmp_path / "one") != archive(tmp_path / "two")


def test_python_without_pip_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that needs pip and has none ends with the command that installs it."""
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "pip", raising=False)

    with pytest.raises(BundleError, match="-m ensurepip"):
        packages.install(tmp_path / "requirements.txt", tmp_path / "out", "3.14")
