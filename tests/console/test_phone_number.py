import pytest

from chime_proxy_local.console.phone_number import masked, shown


@pytest.mark.parametrize(
    ("number", "full", "hidden"),
    [
        ("+14015550147", "+1 401 555 0147", "+• ••• ••• ••47"),
        ("+442079460958", "+442079460958", "+••••••••••58"),
        ("+1911", "+1911", "+••11"),
        ("+12", "+12", "+12"),
    ],
)
def test_number_is_written_in_full_or_masked(number: str, full: str, hidden: str) -> None:
    """In full a number has all its digits, masked the last two and dots for the rest."""
    assert shown(number).replace("\u00a0", " ") == full
    assert masked(number).replace("\u00a0", " ") == hidden
