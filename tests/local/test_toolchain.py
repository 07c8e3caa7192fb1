from importlib.metadata import version
from pathlib import Path

import pytest
from local.command.toolchain import check_toolchain
from local.error import LocalCloudError


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Install `node` and `cdk`, or what looks like them."""
    for name in ("node", "cdk"):
        (tmp_path / name).touch(mode=0o755)
    return tmp_path


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Pin the version of ministack that is installed."""
    file = tmp_path / "requirements.txt"
    file.write_text(f"boto3==1.2.3\nministack=={version('ministack')}\n")
    return file


def test_complete_toolchain_is_accepted(tools: Path, requirements: Path) -> None:
    """Nothing is said when nothing is missing."""
    check_toolchain(requirements, str(tools))


@pytest.mark.parametrize("tool", ["node", "cdk"])
def test_missing_tool_is_named(tools: Path, requirements: Path, tool: str) -> None:
    """A missing tool is named, together with what installs it."""
    (tools / tool).unlink()
    with pytest.raises(LocalCloudError, match=rf"`{tool}` is not in .*make local"):
        check_toolchain(requirements, str(tools))


def test_another_ministack_is_refused(tools: Path, requirements: Path) -> None:
    """Another ministack than the pinned one is refused: its insides are relied on."""
    requirements.write_text("ministack==0.0.1\n")
    with pytest.raises(LocalCloudError, match=r"has to be 0\.0\.1.*make local"):
        check_toolchain(requirements, str(tools))
