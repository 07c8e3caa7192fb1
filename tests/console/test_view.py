import pytest

from chime_proxy_local.console.view import View


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(numbers_shown=True),
        View(
            numbers_shown=True,
            entry=7,
            service="us-east-1/Rides-Function",
            connector="us-east-1/abc",
            after="MT0vYQ==",
            search=3,
        ),
    ],
)
def test_view_is_read_from_its_address(view: View) -> None:
    """A view is read from its address as it was."""
    assert View.parse(view.address().partition("?")[2]) == view


@pytest.mark.parametrize(
    "query", ["", "entry=x", "entry=%D9%A3", f"entry={'9' * 5000}", "numbers=all", "numbers", "%FF"]
)
def test_unknown_query_is_left_out(query: str) -> None:
    """What a query says beyond views is left out."""
    assert View.parse(query) == View()
