from pathlib import Path

import pytest
from tests.docs.page import ACCOUNT, Page, lasting, run
from tests.folders import ROOT

EXAMPLES = [path.read_text() for path in sorted((ROOT / "examples/cloudformation").glob("*.yaml"))]


@pytest.fixture
def page() -> Page:
    """The page on plain CloudFormation."""
    return Page(ROOT / "docs" / "cloudformation.md")


def test_commands_do_what_the_page_says(
    page: Page, checkout: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Every command works, in the page's order, and prints what the page says it prints."""
    logs = tmp_path / "logs"
    logs.mkdir()

    # That CDK's own rules have nothing to say of app.py is shown by its synthesis in test_apps.py.
    done = run(page, checkout, logs, {**environment, "CDK_VALIDATION": "false"})

    commands = page.commands()
    failed = f"{commands[len(done.printed) - 1]}\n{done.printed[-1]}\n{done.errors}"
    assert done.returncode == 0, failed
    printed = dict(zip(commands, done.printed, strict=True))
    for command, promised in page.promises():
        assert lasting(printed[command]) == lasting(promised), command


def test_templates_are_of_the_examples(page: Page) -> None:
    """Every piece of a template is one of an example's."""
    pieces = [block.code for block in page.blocks() if block.language == "yaml"]

    assert pieces
    assert [piece for piece in pieces if not any(piece in example for example in EXAMPLES)] == []


def test_every_other_block_is_output_or_needs_an_account(page: Page) -> None:
    """Every other block is the output of the one before it, or is said to need an account."""
    outputs = [promised for _, promised in page.promises()]
    rest = [block for block in page.blocks() if block.language != "yaml"]

    unknown = [
        block
        for block in rest
        if (block.language, block.mark) not in {("sh", ""), ("sh", ACCOUNT)}
        and block.code not in outputs
    ]
    assert unknown == []
    marked = [block for block in rest if block.mark == ACCOUNT]
    assert page.path.read_text().count("Needs an account:\n\n```") == len(marked)


def test_every_example_is_explained(page: Page) -> None:
    """The page links to every example."""
    text = page.path.read_text()

    names = [path.name for path in (ROOT / "examples" / "cloudformation").iterdir()]
    assert [name for name in names if f"](../examples/cloudformation/{name})" not in text] == []
