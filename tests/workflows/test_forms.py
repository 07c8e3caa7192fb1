from pathlib import Path

import pytest
import yaml
from tests.folders import ROOT
from tests.workflows.linters import schema_errors

FOLDER = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = [pytest.param(FOLDER / f"{name}.yml", id=name) for name in ("bug", "feature")]


@pytest.mark.parametrize("form", FORMS)
def test_form_fits_the_schema(form: Path) -> None:
    """The form fits the schema of issue forms."""
    assert schema_errors(form, "github-issue-forms") == ""


def test_chooser_fits_the_schema() -> None:
    """The settings of the page that offers the forms fit their schema."""
    assert schema_errors(FOLDER / "config.yml", "github-issue-config") == ""


def test_broken_form_is_found(tmp_path: Path) -> None:
    """The schema finds a form with a field of an unknown type."""
    form = tmp_path / "bug.yml"
    text = (FOLDER / "bug.yml").read_text(encoding="utf-8")
    form.write_text(text.replace("type: textarea", "type: essay"), encoding="utf-8")

    assert "essay" in schema_errors(form, "github-issue-forms")


@pytest.mark.parametrize("form", FORMS)
def test_form_warns_of_phone_numbers(form: Path) -> None:
    """Before the first field, the form asks to leave phone numbers out."""
    first = yaml.safe_load(form.read_text(encoding="utf-8"))["body"][0]

    assert first["type"] == "markdown"
    assert "phone number" in first["attributes"]["value"]
