import pytest

from chime_proxy_provider.redaction import redact, redact_foreign


@pytest.mark.parametrize(
    "number",
    ["+14015550101", "%2B14015550101", "%2b14015550101", "+1 401 555 0101", "+1 (401) 555-0101"],
)
def test_phone_numbers(number: str) -> None:
    """A number in international form is replaced, however it is spelled."""
    assert redact(f"call {number}, please") == "call [phone number], please"


def test_response_url() -> None:
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
def test_what_is_no_number(text: str) -> None:
    """Ids, account numbers and times are left to be read."""
    assert redact(text) == text


def test_foreign_texts() -> None:
    """In a text of the API's every long number is replaced, but an account's stays to be read."""
    text = "User: arn:aws:sts::123456789012:assumed-role/R may not; number:12065550100, 2065550100"

    expected = "User: arn:aws:sts::123456789012:assumed-role/R may not; number:[number], [number]"
    assert redact_foreign(text) == expected
