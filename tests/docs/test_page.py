from pathlib import Path

import pytest
from tests.docs.page import Page, Run, lasting, run

PAGE = """
```sh
greeting=hello
```
and, in the same shell,
```sh
echo "$greeting"
```
```text
hello
```
```sh account
exit 7
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """A page of two blocks, and one that needs an account."""
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    return Page(path)


def ran(page: Page, tmp_path: Path) -> Run:
    """What comes of running a page."""
    logs = tmp_path / "logs"
    logs.mkdir()
    return run(page, tmp_path, logs, {"PATH": "/usr/bin:/bin"})


def test_blocks_share_a_shell(page: Page, tmp_path: Path) -> None:
    """The blocks are run in one shell, except for those that need an account."""
    assert ran(page, tmp_path) == Run(printed=["", "hello\n"], returncode=0, errors="")


def test_output_follows_its_command(page: Page) -> None:
    """A text that follows commands is what they print."""
    assert list(page.promises()) == [('echo "$greeting"\n', "hello\n")]


def test_run_ends_at_the_first_failure(page: Page, tmp_path: Path) -> None:
    """A page ends with the first command that fails, in the middle of a block."""
    page.path.write_text(PAGE.replace("greeting=hello", "echo one\necho no >&2; false\necho two"))

    assert ran(page, tmp_path) == Run(printed=["one\n"], returncode=1, errors="no\n")


def test_varying_text_is_left_out() -> None:
    """Ids, numbers and digests differ from run to run; nothing else may."""
    one = "+12065550101 33b4d881-263c-44d3-867b-c495df2078cf Open code-c9794592cda490d9.zip"
    two = "+12065550104 8f1e1e71-e4cf-4876-9502-37b4c2d28b44 Open code-0123456789abcdef.zip"

    assert lasting(one) == lasting(two)
    assert lasting(one) != lasting(two.replace("Open", "Closed"))
