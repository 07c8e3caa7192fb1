import json
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_chime, aws_kms, aws_secretsmanager, aws_ssm
from cfnlint.api import ManualArgs, lint

from chime_proxy import Capability, PhoneNumber, ProxySession, ProxySessionProvider


@pytest.fixture
def app() -> cdk.App:
    """A connector, a session on it, one on another, and one whose participants are secrets."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    stack = cdk.Stack(app, "Calls")
    provider = ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")
    provider.publish()
    connector = aws_chime.CfnVoiceConnector(
        stack, "Connector", name="main", require_encryption=True
    )
    for construct_id, voice_connector in (("One", connector), ("Two", "abcdef1ghij2klmno3pqr4")):
        ProxySession(
            stack,
            construct_id,
            voice_connector=voice_connector,
            participants=["+14015550101", "+12065550100"],
            capabilities=[Capability.VOICE],
            provider=provider,
        )
    key = aws_kms.Key(stack, "Key", enable_key_rotation=True)
    secret = aws_secretsmanager.Secret.from_secret_attributes(
        stack,
        "Rider",
        secret_complete_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:rider-AbCdEf",
        encryption_key=key,
    )
    parameter = aws_ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Driver", parameter_name="/drivers/7/phone", encryption_key=key
    )
    ProxySession(
        stack,
        "Three",
        voice_connector=connector,
        participants=[
            PhoneNumber.from_secret(secret, json_field="phone"),
            PhoneNumber.from_secure_parameter(parameter),
        ],
        capabilities=[Capability.VOICE],
        provider=provider,
        reveal_participants=True,
    )
    return app


def test_cfn_lint(app: cdk.App) -> None:
    """cfn-lint finds nothing, but that the function's dependency on its role is said twice by CDK."""
    template = Path(app.synth().directory) / "Calls.template.json"

    matches = lint(template.read_text(encoding="utf-8"), config=ManualArgs(regions=["us-east-1"]))

    assert {match.rule.id for match in matches} <= {"W3005"}
    assert json.loads(template.read_text(encoding="utf-8"))["Resources"]


def test_cdk_nag(app: cdk.App) -> None:
    """AWS's own solutions checks find nothing; a finding would stop the synthesis."""
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))

    app.synth()
