import ast
from pathlib import Path

import pytest
import yaml
from tests.docs.page import ACCOUNT, Page
from tests.folders import ROOT

from chime_proxy._resource_schema import PROXY_SESSION
from chime_proxy._schema import problems

PATHS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = [pytest.param(Page(path), id=path.name) for path in PATHS]
# Drawn, not run.
PICTURE = "mermaid"
NEEDS_AN_ACCOUNT = "Needs an account:\n\n```"


def unclaimed(page: Page) -> list[str]:
    """The first lines of the blocks that nothing runs."""
    return [
        block.code.partition("\n")[0]
        for block in page.blocks()
        if not block.test and block.mark != ACCOUNT and block.language != PICTURE
    ]


def functions(path: Path) -> set[str]:
    """The functions of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_run_or_needs_an_account(page: Page) -> None:
    """A test runs each block, or the text before it says that it needs an account."""
    text = page.path.read_text(encoding="utf-8")
    marked = [block for block in page.blocks() if block.mark]

    assert unclaimed(page) == []
    assert {block.mark for block in marked} <= {ACCOUNT}
    assert text.count(NEEDS_AN_ACCOUNT) == len(marked)
    assert text.count("```") == 2 * len(page.blocks())


@pytest.mark.parametrize("page", PAGES)
def test_every_named_test_runs_a_block(page: Page) -> None:
    """Each test that a page names is there, has to do with the page, and runs a block of it."""
    run = {(block.language, block.test) for block in page.blocks()}

    assert set(page.claims()) <= run
    for _, test in page.claims():
        path, _, name = test.partition("::")
        assert name in functions(ROOT / path)
        assert page.path.name in (ROOT / path).read_text(encoding="utf-8")


def test_block_without_a_test_is_found(tmp_path: Path) -> None:
    """A block is found that no comment covers: of another language, before it, or with another mark."""
    path = tmp_path / "page.md"
    path.write_text(
        "```sh\nfirst\n```\n<!-- sh, text: tests/x.py::test_x -->\n```sh\nsecond\n```\n"
        "```text\nthird\n```\n```python\nfourth\n```\n```sh account\nfifth\n```\n```\nsixth\n```\n"
        "```mermaid\nseventh\n```\n"
    )

    assert unclaimed(Page(path)) == ["first", "fourth", "sixth"]


def test_references_fit_the_schema() -> None:
    """The references in privacy.md are what the schema takes for participants."""
    page = Page(ROOT / "docs" / "privacy.md")
    (references,) = [block.code for block in page.blocks() if block.language == "yaml"]
    declared = {
        "VoiceConnectorId": "abcdef1ghij2klmno3pqr4",
        "Capabilities": ["Voice"],
        **yaml.safe_load(references),
    }

    assert len(declared["ParticipantPhoneNumbers"]) == 2
    assert problems(declared, PROXY_SESSION) == []
