import pytest

from chime_proxy_provider.redaction import redact, redact_foreign


@pytest.mark.parametrize(
    "number",
    ["+14015550101", "%2B14015550101", "%2b14015550101", "+1 401 555 0101", "+1 (401) 555-0101"],
)
def test_e164_number_is_replaced(number: str) -> None:
    """A number in international form is replaced, however it is spelled."""
    assert redact(f"call {number}, please") == "call [phone number], please"


def test_query_of_an_address_is_cut_off() -> None:
    """The query of an address is cut off: it holds the signature."""
    text = 'PUT https://bucket.s3.amazonaws.com/key?X-Amz-Signature=5ec2e7&X=1 "failed"'

    assert redact(text) == 'PUT https://bucket.s3.amazonaws.com/key?[redacted] "failed"'


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:cloudformation:us-east-1:123456789012:stack/Calls/7b4a1e2c",
        "2026-11-21T12:00:00.288+0000",
        "5d478078-13e9-4b5c-8f3a-000000000001",
    ],
)
def test_ids_and_times_stay_readable(text: str) -> None:
    """Ids, account numbers and times are left to be read."""
    assert redact(text) == text


@pytest.mark.parametrize(
    "number",
    [
        "12065550100",
        "2065550100",
        "401-555-0101",
        "(401) 555-0101",
        "401.555.0101",
        "1 401 555 0101",
        "tel4015550101",
        "0044 20 7946 0018",
    ],
)
def test_number_in_a_text_of_the_api_is_replaced_however_it_is_spelled(number: str) -> None:
    """The API has no one spelling."""
    text = redact_foreign(f"the participant {number}, who is busy")

    assert not set("4015") & set(text)
    assert "[number], who is busy" in text


@pytest.mark.parametrize(
    "text",
    [
        "User: arn:aws:sts::123456789012:assumed-role/R is not authorized",
        "12345678-1234-1234-1234-123456789012",
        "5d478078-13e9-4b5c-8f3a-000000000001",
        "MaskedCalls-Provider12345678-AbCdEf",
        "ProxySession1290B69A",
        "at 2026-11-21T12:00:00.288Z",
        "at 2026-11-21 12:00:00",
        "from 192.168.100.200",
        "1 to 720, at most 4096 bytes",
    ],
)
def test_what_is_no_number_stays_readable_in_a_text_of_the_api(text: str) -> None:
    """Ids, times, addresses and the names of functions help to find a fault."""
    assert redact_foreign(text) == text
