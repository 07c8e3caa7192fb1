"""cfn-lint without a process of its own: to load its rules takes longer than to apply them."""

from functools import cache
from pathlib import Path

from cfnlint.api import ManualArgs, lint
from cfnlint.config import ConfigMixIn
from cfnlint.rules import Match, Rules
from cfnlint.runner import Runner

REGION = "us-east-1"


def lint_template(text: str) -> list[Match]:
    """Return the faults of a template."""
    return list(lint(text, rules=_rules(), config=ManualArgs(regions=[REGION])))


def lint_as_command(*arguments: str | Path) -> list[Match]:
    """Return the faults that the command with these arguments finds."""
    return list(Runner(ConfigMixIn(["--regions", REGION, *map(str, arguments)])).run())


@cache
def _rules() -> Rules:
    return Runner(ConfigMixIn([])).rules
