"""Tokens are told from literal values without Node: by the forms in which CDK encodes them."""

from typing import Any

import aws_cdk as cdk
import pytest

from chime_proxy._deferred_value import is_token

TOKEN = cdk.Token.as_any({"Ref": "Parameter"})


def test_every_encoder_is_known() -> None:
    """CDK has the three encoders whose forms are tested here, and no new one."""
    encoders = {name for name in dir(cdk.Token) if name.startswith("as_")}

    assert encoders == {"as_any", "as_list", "as_number", "as_string"}


@pytest.mark.parametrize(
    "encoded",
    [
        TOKEN,
        cdk.Token.as_string(TOKEN),
        f"tel:{cdk.Token.as_string(TOKEN)}, work",
        cdk.Token.as_list(TOKEN),
        cdk.Token.as_list(TOKEN)[0],
        cdk.Token.as_number(TOKEN),
        cdk.Aws.REGION,
        cdk.Fn.get_att("Session", "Status"),
        cdk.Fn.import_value("Connector"),
        cdk.Fn.split(",", cdk.Fn.import_value("Numbers")),
    ],
    # The texts of tokens differ from process to process.
    ids=range(10),
)
def test_encoded_token_is_one(encoded: Any) -> None:
    """Every form in which CDK encodes a token is recognized, as by CDK itself."""
    assert cdk.Token.is_unresolved(encoded) or cdk.Token.is_unresolved([encoded])
    assert is_token(encoded)


@pytest.mark.parametrize(
    "literal",
    [
        "",
        "abcdef1ghij2klmno3pqr4",
        "${AWS::Region}",
        "Token[1]",
        60,
        1.5,
        -1,
        True,
        [],
        ["a"],
        ["a", "b"],
    ],
)
def test_literal_value_is_no_token(literal: Any) -> None:
    """A literal value is no token, as by CDK itself."""
    assert not is_token(literal)
    assert not cdk.Token.is_unresolved(literal)
