import pytest

from chime_proxy_local.console.form import FormError, free_contact, read_fields, session_key
from chime_proxy_service.session import Capability, Connector, SessionKey


def test_session_is_named_by_region_connector_and_id() -> None:
    """A session is named by region, connector and id."""
    key = SessionKey(Connector("us-east-1", "abc"), "123")
    assert session_key(read_fields(b"session=us-east-1%2Fabc%2F123")) == key


@pytest.mark.parametrize("body", [b"", b"session=", b"session=a%2Fb", b"session=a/b/c/d", b"\xff"])
def test_form_without_session_is_refused(body: bytes) -> None:
    """A form that names no session is refused, whatever bytes it has."""
    with pytest.raises(FormError, match="no session"):
        session_key(read_fields(body))


@pytest.mark.parametrize("written", ["+14015550147", "+1 401 555-0147", "+1 (401) 555.0147"])
def test_number_with_separators_is_read(written: str) -> None:
    """A number may be written with the usual separators."""
    contact = free_contact({"from": written, "to": "+12065550100", "capability": "SMS"})
    assert (contact.sender, contact.capability) == ("+14015550147", Capability.SMS)


@pytest.mark.parametrize(
    "written",
    ["", "+", "4015550101", "14015550147", "555-CALL", "+0123456", "+1234567890123456", "٤٢٤٢"],
)
@pytest.mark.parametrize("name", ["From", "To"])
def test_number_without_plus_sign_is_refused(written: str, name: str) -> None:
    """Anything but an E.164 number is refused by the name of its field, and not repeated."""
    numbers = {"from": "+14015550147", "to": "+12065550100", name.lower(): written}
    with pytest.raises(FormError, match=f"“{name}” must be in E.164") as refused:
        free_contact({**numbers, "capability": "SMS"})
    assert not written or written not in str(refused.value).replace("a plus sign", "")


@pytest.mark.parametrize("capability", [{}, {"capability": "voice"}])
def test_form_without_capability_is_refused(capability: dict[str, str]) -> None:
    """A form that is neither a call nor a text says what it may be."""
    numbers = {"from": "+14015550147", "to": "+12065550100"}
    with pytest.raises(FormError, match="Voice or SMS"):
        free_contact({**numbers, **capability})
