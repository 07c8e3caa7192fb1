from importlib.metadata import version
from pathlib import Path

import pytest

from chime_proxy_local.command.toolchain import check_packages, check_tools, local_packages
from chime_proxy_local.error import LocalCloudError

INSTALLED = version("ministack")


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Install `node` and `cdk`, or what looks like them."""
    for name in ("node", "cdk"):
        (tmp_path / name).touch(mode=0o755)
    return tmp_path


def test_complete_toolchain_is_accepted(tools: Path) -> None:
    """Nothing is said when nothing is missing."""
    check_tools(str(tools))
    check_packages()
    check_packages([f"ministack=={INSTALLED}; extra == 'local'"])


@pytest.mark.parametrize(
    ("tool", "remedy"), [("node", "nodejs.org"), ("cdk", "npm install aws-cdk")]
)
def test_missing_tool_is_named(tools: Path, tool: str, remedy: str) -> None:
    """A missing tool is named, together with what installs it."""
    (tools / tool).unlink()
    with pytest.raises(LocalCloudError, match=rf"`{tool}` is not in .*{remedy}"):
        check_tools(str(tools))


def test_another_ministack_is_refused() -> None:
    """Another ministack than the pinned one is refused: its insides are relied on."""
    with pytest.raises(LocalCloudError, match=r"has to be 0\.0\.1.*pip install"):
        check_packages(["ministack==0.0.1; extra == 'local'"])


def test_missing_package_is_named() -> None:
    """A package that only the extra installs is named with the command that installs it."""
    with pytest.raises(LocalCloudError, match=r"needs no-such-package.*cdk-chime-proxy\[local\]"):
        check_packages(["no-such-package>=1; extra == 'local'", "other; extra == 'sdk'"])


def test_cloud_has_its_packages_from_the_extra() -> None:
    """The extra has what the cloud imports beside the library, with ministack pinned."""
    packages = local_packages()
    assert packages["ministack"] == INSTALLED
    assert packages.keys() == {
        "boto3",
        "hypercorn",
        "jinja2",
        "ministack",
        "phonenumberslite",
        "rich",
    }
