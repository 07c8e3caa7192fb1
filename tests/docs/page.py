"""The code blocks of a page, and what comes of running them."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ACCOUNT = "account"
"""Marks a block that needs an account: the word after its language."""

# A comment names the test that runs the blocks of some languages, from there on.
_PART = re.compile(
    r"^<!-- (?P<languages>\w+(?:, \w+)*): (?P<test>tests/\S+::\w+) -->$"
    r"|^```(?P<language>\w*) ?(?P<mark>\w*)\n(?P<code>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
# What is another one each time: ids, phone numbers, digests of what is built, ports, and seconds.
_VARYING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\+1\d{10}|(?<=-)[0-9a-f]{16}"
    r"|(?<=//127\.0\.0\.1:)\d+|(?<=execute-api/)[0-9a-f]{8}|\b\d+\.\d s$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A code block.

    Args:
        language: the first word after the fence.
        mark: the second one; empty without.
        code: what is in it.
        test: the test that runs it, by its path and name; empty without.

    """

    language: str
    mark: str
    code: str
    test: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the documentation."""

    path: Path

    def blocks(self) -> list[Block]:
        """Return all code blocks."""
        return [block for block in self._parts() if isinstance(block, Block)]

    def claims(self) -> list[tuple[str, str]]:
        """Return each language and test that a comment names."""
        return [claim for claim in self._parts() if isinstance(claim, tuple)]

    def commands(self) -> list[str]:
        """Return the code of the blocks that a shell runs."""
        return [block.code for block in self.blocks() if (block.language, block.mark) == ("sh", "")]

    def promises(self) -> Iterator[tuple[str, str]]:
        """Return each block that a shell runs and the text that follows it as its output."""
        for block, following in pairwise(self.blocks()):
            if (block.language, following.language) == ("sh", "text"):
                yield block.code, following.code

    def _parts(self) -> Iterator[Block | tuple[str, str]]:
        tests: dict[str, str] = {}
        for part in _PART.finditer(self.path.read_text(encoding="utf-8")):
            if part["test"]:
                claims = dict.fromkeys(part["languages"].split(", "), part["test"])
                yield from claims.items()
                tests |= claims
            else:
                language, mark, code = part["language"], part["mark"], part["code"]
                yield Block(language=language, mark=mark, code=code, test=tests.get(language, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of running a page.

    Args:
        printed: the output of every block that was begun, in order.
        returncode: of the shell.
        errors: what the last block that was begun wrote to stderr.

    """

    printed: list[str]
    returncode: int
    errors: str


def run(page: Page, folder: Path, logs: Path, environment: dict[str, str]) -> Run:
    """Run a page in one shell, from top to bottom, until something fails.

    Args:
        page: whose blocks to run.
        folder: where to.
        logs: an empty folder for what the blocks print.
        environment: the shell's.

    """
    steps = [
        f"{{\n{code}}} >'{logs}/{place:03}.out' 2>'{logs}/{place:03}.err'\n"
        for place, code in enumerate(page.commands())
    ]
    command = ["bash", "-euo", "pipefail", "-c", "".join(steps)]
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    printed = [log.read_text(encoding="utf-8") for log in sorted(logs.glob("*.out"))]
    errors = max(logs.glob("*.err")).read_text(encoding="utf-8")
    return Run(printed=printed, returncode=done.returncode, errors=errors)


def lasting(text: str) -> str:
    """Return a text without what is another one each time."""
    return _VARYING.sub("…", text).strip()
