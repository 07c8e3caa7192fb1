import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chime_proxy_provider import handler as provider

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCHEMA: Mapping[str, Any] = json.loads(
    Path(provider.__file__).with_name("resource.json").read_text(encoding="utf-8")
)


def names(keyword: str) -> set[str]:
    """The properties that a list of pointers names."""
    return {pointer.removeprefix("/properties/") for pointer in SCHEMA[keyword]}


def property_rows() -> Iterator[str]:
    """The rows of the property table."""
    for name, shape in SCHEMA["properties"].items():
        if name not in names("readOnlyProperties"):
            required = "yes" if name in SCHEMA["required"] else "no"
            yield f"| `{name}` | {required} | {allowed(shape)} | {update(name)} | {shape['description']} |"


def allowed(shape: Mapping[str, Any]) -> str:
    """What a property may be, in words."""
    match shape:
        case {"enum": values}:
            return " or ".join(f"`{value}`" for value in values)
        case {"$comment": words}:
            return str(words)
        case {"type": "boolean"}:
            return "`true` or `false`"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"{least} to {most}"
        case {"minItems": least, "items": items}:
            count = f"exactly {least}" if least == shape.get("maxItems") else f"{least} or more"
            return f"{count}, each {allowed(items)}"
        case {"properties": members}:
            return "; ".join(f"`{name}`: {allowed(member)}" for name, member in members.items())
    pytest.fail("a shape that has no words yet")


def update(name: str) -> str:
    """What a change of a property does."""
    if name in names("createOnlyProperties"):
        return "replacement"
    if name in names("conditionalCreateOnlyProperties"):
        return "in place; replacement if removed"
    return "in place"


def attribute_rows() -> Iterator[str]:
    """The rows of the attribute table."""
    for name, shape in SCHEMA["definitions"]["Attributes"]["properties"].items():
        yield f"| `{name}` | {shape['description']} |"


def test_tables() -> None:
    """The property and attribute tables say what the schema says, row by row."""
    for row in (*property_rows(), *attribute_rows()):
        assert row in README


def test_no_other_rows() -> None:
    """The tables have no rows that the schema does not know."""
    rows = set(re.findall(r"^\| `[A-Z].*\|$", README, re.MULTILINE))

    assert rows == {*property_rows(), *attribute_rows()}


def test_links() -> None:
    """Every file that the README links to is there."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", README)

    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize(
    ("place", "stack"), [(0, "MaskedCalls"), (1, "HiddenCalls")], ids=["first", "references"]
)
def test_example(tmp_path: Path, place: int, stack: str) -> None:
    """Each example is a whole app that synthesizes, without a warning."""
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(examples) == 2
    command = [sys.executable, "-W", "error", "-c", examples[place]]

    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path / "cdk.out")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cdk.out" / f"{stack}.template.json").exists()
