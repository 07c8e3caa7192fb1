import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chime_proxy

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_public_names_are_few_and_sorted() -> None:
    """The public names are seventeen at most, sorted, and each says what it is."""
    names = chime_proxy.__all__

    assert len(names) <= 17
    assert names == sorted(names)
    assert [name for name in names if not getattr(chime_proxy, name).__doc__] == []


@pytest.mark.parametrize("name", chime_proxy.__all__)
def test_every_name_has_an_example(name: str) -> None:
    """Each public name has a heading of its own, and an example below it that uses it."""
    (section,) = re.findall(rf"^### `{name}`\n(.*?)(?=^##|\Z)", TEXT, re.DOTALL | re.MULTILINE)

    examples = re.findall(r"```python\n(.*?)```", section, re.DOTALL)

    assert re.search(rf"\b{name}\b", "".join(examples))


def test_examples_synthesize(tmp_path: Path) -> None:
    """The examples run one after the other, and what they declare synthesizes."""
    program = "\n".join([*EXAMPLES, "app.synth()"])
    command = [sys.executable, "-W", "error", "-c", program]

    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={
            **os.environ,
            "CDK_OUTDIR": str(tmp_path / "cdk.out"),
            # Bundling has tests of its own, and takes long.
            "CDK_CONTEXT_JSON": '{"aws:cdk:bundling-stacks": []}',
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    for stack in ("Calls", "Dispatcher"):
        assert (tmp_path / "cdk.out" / f"{stack}.template.json").exists()


def test_links_lead_to_files() -> None:
    """Every file that the page links to is there."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", TEXT)

    assert "dashboard.svg" in targets
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []


def test_picture_is_current(tmp_path: Path) -> None:
    """The picture is what the dashboard's definition draws today, and says that it is a sample."""
    drawn = tmp_path / "dashboard.svg"
    command = [sys.executable, "-m", "tools.dashboard", str(drawn)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    picture = drawn.read_text(encoding="utf-8")

    assert picture == (ROOT / "docs" / "dashboard.svg").read_text(encoding="utf-8")
    assert "Sample data" in picture
