"""The reference page: the resource types first, then the library's classes."""

import json
from collections.abc import Iterator
from pathlib import Path

from tools.reference.annotation import public_classes
from tools.reference.classes import section
from tools.reference.resource import chapter

_SCHEMAS = Path(__file__).parents[2] / "lambda" / "chime_proxy_provider"
_HEAD = """\
# Reference

<!-- `python -m tools.reference` writes this page from the resource schemas and the docstrings. -->

What a template may say, and what the library offers. [The user guide](library.md) has examples.

## In a template

Beside its own properties, each resource has two that CloudFormation gives to every custom resource: `ServiceToken`, the ARN of the provider's function, and `ServiceTimeout`, for which the library says `180`. Without it CloudFormation waits for an hour for a provider that cannot answer.

The provider takes CloudFormation's strings for numbers and truth values: `"60"` for `60`, `"true"` for `true`. All attributes are strings, all are always there, and those that the API has nothing for are empty.
"""
_LIBRARY = """\
## In CDK

`import chime_proxy` offers the names below. A construct takes its scope and its id first, and all else by keyword. Where a literal value goes, a token goes as well: literal values are checked at synthesis, all faults at once; parameters and attributes of other resources pass, and the provider checks them at deployment.
"""


def page() -> str:
    """Return the page for the present schemas and docstrings."""
    return "\n".join(_parts())


def _parts() -> Iterator[str]:
    yield _HEAD
    for resource in ("proxy_session", "voice_connector_proxy"):
        yield chapter(json.loads((_SCHEMAS / resource / "schema.json").read_text(encoding="utf-8")))
    yield _LIBRARY
    yield from map(section, public_classes())
