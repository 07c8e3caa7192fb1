import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.folders import ROOT
from tools.reference.page import page
from tools.reference.resource import property_rows

import chime_proxy

PAGE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
SCHEMAS = ("proxy_session", "voice_connector_proxy")


def schema(resource: str) -> Mapping[str, Any]:
    """The schema of a type of resource."""
    path = ROOT / "lambda" / "chime_proxy_provider" / resource / "schema.json"
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def section(name: str) -> str:
    """What the page says of a class."""
    _, _, rest = PAGE.partition(f"\n### `{name}`\n")
    return rest.partition("\n### ")[0]


def test_page_is_current() -> None:
    """The page is what the schemas and docstrings say today: `python -m tools.reference` writes it."""
    assert page() == PAGE


@pytest.mark.parametrize("resource", SCHEMAS)
def test_every_property_has_a_row(resource: str) -> None:
    """Every property that a template may set has a row, and every attribute that it gets."""
    described = schema(resource)
    read_only = {name.rpartition("/")[2] for name in described["readOnlyProperties"]}
    _, _, chapter = PAGE.partition(f"\n### `{described['typeName']}`\n")

    for name in set(described["properties"]) - read_only:
        assert f"\n| `{name}` | " in chapter
    for name in described["definitions"]["Attributes"]["required"]:
        assert f"\n| `{name}` | " in chapter.partition("#### Attributes")[2]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Capabilities", "yes | 1 or more, each `Voice` or `SMS` | in place"),
        ("ExpiryMinutes", "no | 1 to 720 | in place; replacement if removed"),
        ("GeoMatchLevel", "no | `Country` or `AreaCode` | replacement"),
        ("RevealParticipantPhoneNumbers", "no | `true` or `false` | in place"),
    ],
)
def test_rows_say_what_the_schema_says(name: str, cells: str) -> None:
    """A row says whether a property is required, what it may be and what a change of it does."""
    assert any(
        row.startswith(f"| `{name}` | {cells} |") for row in property_rows(schema(SCHEMAS[0]))
    )


@pytest.mark.parametrize("name", chime_proxy.__all__)
def test_every_public_name_has_a_section(name: str) -> None:
    """Every public name has a section, with each argument and each public member of it."""
    public = getattr(chime_proxy, name)
    text = section(name)
    arguments = set(vars(public).get("__annotations__", {})) | set(
        vars(vars(public).get("__init__", object)).get("__annotations__", {})
    )
    private = {"scope", "construct_id", "return", "options", "source", "reference"}
    own = {member for member in vars(public) if not member.startswith("_")}

    assert text
    assert [one for one in (arguments | own) - private if one not in text] == []


def test_private_types_are_shown_as_public_ones() -> None:
    """A type that cannot be imported is put in terms of those that can."""
    text = section("ProxySession")

    assert "`str | CfnVoiceConnector | IVoiceConnectorRef | VoiceConnectorProxy`" in text
    assert "ConfiguredVoiceConnector" not in PAGE
    assert "`memory_size` (`int`)" in section("ProxySessionProvider")
