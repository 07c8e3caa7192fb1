import pytest
from tests.doubles import NOW, response_url

from chime_proxy_provider.cloudformation.request_age import is_fresh


def test_just_signed() -> None:
    """An address signed a second ago proves a first delivery."""
    assert is_fresh(response_url("20261121T115959Z"), NOW)


@pytest.mark.parametrize(
    "url",
    [
        response_url("20261121T115920Z"),
        response_url("20261121T120200Z"),
        response_url("yesterday"),
        "https://answers.invalid/put",
        "https://answers.invalid/put?X-Amz-Date=",
    ],
)
def test_no_proof(url: str) -> None:
    """An old, future, missing or unreadable signature proves nothing."""
    assert not is_fresh(url, NOW)
