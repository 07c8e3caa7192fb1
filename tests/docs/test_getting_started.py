import re
from pathlib import Path

from tests.docs.page import Page, lasting, run
from tests.folders import ROOT

PAGE = Page(ROOT / "docs" / "getting-started.md")
README = Page(ROOT / "README.md")


def test_commands_do_what_the_page_says(
    checkout: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Every command works, in the page's order, and prints what the page says it prints."""
    logs = tmp_path / "logs"
    logs.mkdir()

    # That CDK's own rules have nothing to say of app.py is shown by its synthesis in test_apps.py.
    done = run(PAGE, checkout, logs, {**environment, "CDK_VALIDATION": "false"})

    commands = PAGE.commands()
    assert done.returncode == 0, f"{commands[len(done.printed) - 1]}\n{done.errors}"
    printed = dict(zip(commands, done.printed, strict=True))
    promises = list(PAGE.promises())
    assert len(promises) == 5
    for command, promised in promises:
        assert lasting(printed[command]) == lasting(promised), command
    # The page says that the change keeps the session.
    looks = [text for command, text in printed.items() if "list-proxy-sessions" in command]
    before, after = (re.split(r"\s", look)[0] for look in looks)
    assert before == after


def test_readme_begins_with_the_same_command() -> None:
    """The README's command for the local cloud is the first of the page."""
    assert PAGE.commands()[0] == "make local\n"
    assert any(block.startswith("make local ") for block in README.commands())
