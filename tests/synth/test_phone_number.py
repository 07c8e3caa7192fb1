import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam, aws_kms, aws_secretsmanager, aws_ssm
from aws_cdk.assertions import Template

from chime_proxy import Capability, PhoneNumber, ProxySession, ProxySessionProvider
from chime_proxy_provider.proxy_session import resource as proxy_session

DRIVER, CONNECTOR = "+12065550100", "abcdef1ghij2klmno3pqr4"
TYPE = "Custom::ChimeProxySession"


def ride(stack: cdk.Stack, *participants: Any, **changes: Any) -> ProxySession:
    """A session of these participants."""
    needed: dict[str, Any] = {"construct_id": "Ride", "capabilities": [Capability.VOICE]}
    return ProxySession(
        stack,
        voice_connector=CONNECTOR,
        participants=participants,
        **{**needed, **changes},
    )


def secure_parameter(stack: cdk.Stack, **more: Any) -> aws_ssm.IStringParameter:
    """A parameter from outside the stack, as all secure ones are."""
    return aws_ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Phone", parameter_name="/drivers/7/phone", **more
    )


def resource(stack: cdk.Stack) -> dict[str, Any]:
    """The one session of a stack's template."""
    (found,) = Template.from_stack(stack).find_resources(TYPE).values()
    return dict(found)


def reading(stack: cdk.Stack) -> dict[str, list[dict[str, Any]]]:
    """The statements of the policies to read numbers, by the policy's logical id."""
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
    return {
        name: policy["Properties"]["PolicyDocument"]["Statement"]
        for name, policy in policies.items()
        if "secretsmanager:" in json.dumps(policy) or "ssm:" in json.dumps(policy)
    }


def test_secret_is_in_the_template_by_its_arn(stack: cdk.Stack) -> None:
    """The template has the secret's ARN, and the role may read this secret and no other."""
    secret = aws_secretsmanager.Secret(stack, "Rider")
    ride(stack, PhoneNumber.from_secret(secret), DRIVER)

    ((statement,),) = reading(stack).values()
    arn = stack.resolve(secret.secret_arn)

    assert resource(stack)["Properties"]["ParticipantPhoneNumbers"] == [{"SecretArn": arn}, DRIVER]
    assert statement["Action"] == "secretsmanager:GetSecretValue"
    assert statement["Resource"] == arn


def test_field_of_a_secret(stack: cdk.Stack) -> None:
    """The template has the name of a secret's field."""
    secret = aws_secretsmanager.Secret.from_secret_name_v2(stack, "Rider", "rider")
    ride(stack, DRIVER, PhoneNumber.from_secret(secret, json_field="phone"))

    _, reference = resource(stack)["Properties"]["ParticipantPhoneNumbers"]

    assert reference["JsonField"] == "phone"


def test_secure_parameter(stack: cdk.Stack) -> None:
    """The template has the parameter's name, and the role may read this parameter."""
    ride(stack, PhoneNumber.from_secure_parameter(secure_parameter(stack)), DRIVER)

    ((statement,),) = reading(stack).values()

    assert resource(stack)["Properties"]["ParticipantPhoneNumbers"] == [
        {"ParameterName": "/drivers/7/phone"},
        DRIVER,
    ]
    assert statement["Action"] == "ssm:GetParameter"
    assert statement["Resource"]["Fn::Join"][1][-1] == ":parameter/drivers/7/phone"


def test_permission_is_there_first(stack: cdk.Stack) -> None:
    """The session depends on one policy per secret or parameter; two fields share one."""
    secret = aws_secretsmanager.Secret(stack, "Riders")
    ride(
        stack,
        PhoneNumber.from_secret(secret, json_field="one"),
        PhoneNumber.from_secret(secret, json_field="two"),
    )
    ride(
        stack,
        PhoneNumber.from_secret(secret, json_field="one"),
        PhoneNumber.from_secure_parameter(secure_parameter(stack)),
        construct_id="Second",
    )

    policies = reading(stack)
    sessions = Template.from_stack(stack).find_resources(TYPE)
    needed = [set(session["DependsOn"]) & set(policies) for session in sessions.values()]

    assert len(policies) == 2
    assert sorted(map(len, needed)) == [1, 2]


def test_key_of_a_secret(stack: cdk.Stack) -> None:
    """The key of a secret lets the role decrypt through Secrets Manager."""
    key = aws_kms.Key(stack, "Key")
    secret = aws_secretsmanager.Secret(stack, "Rider", encryption_key=key)
    provider = ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")
    ride(stack, PhoneNumber.from_secret(secret), DRIVER, provider=provider)
    template = Template.from_stack(stack)
    (role,) = template.find_resources("AWS::IAM::Role")

    (found,) = template.find_resources("AWS::KMS::Key").values()
    *_, statement = found["Properties"]["KeyPolicy"]["Statement"]

    assert statement["Action"] == "kms:Decrypt"
    assert statement["Principal"] == {"AWS": {"Fn::GetAtt": [role, "Arn"]}}
    assert "kms:ViaService" in statement["Condition"]["StringEquals"]


def test_key_of_a_parameter(stack: cdk.Stack) -> None:
    """The role may decrypt with the key of a parameter."""
    arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    key = aws_kms.Key.from_key_arn(stack, "Key", arn)
    parameter = secure_parameter(stack, encryption_key=key)
    ride(stack, PhoneNumber.from_secure_parameter(parameter), DRIVER)

    ((decrypt, _),) = reading(stack).values()

    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", arn)


def test_provider_of_another_stack() -> None:
    """The permission to read is a resource of the session's own stack."""
    app = cdk.App(context={"aws:cdk:bundling-stacks": []})
    home, away = cdk.Stack(app, "Home"), cdk.Stack(app, "Away")
    provider = ProxySessionProvider(home, "Provider", endpoint_url="https://calls.example.com")
    secret = aws_secretsmanager.Secret(away, "Rider")

    ride(away, PhoneNumber.from_secret(secret), DRIVER, provider=provider)

    assert reading(home) == {}
    (policy,) = reading(away)
    assert policy in resource(away)["DependsOn"]


@pytest.mark.parametrize("reveal", [True, False])
def test_reveal_is_in_the_template_if_asked_for(stack: cdk.Stack, reveal: bool) -> None:  # noqa: FBT001 - a parametrized test
    """The property is in the template only if it is true."""
    ride(stack, "+14015550101", DRIVER, reveal_participants=reveal)

    properties = resource(stack)["Properties"]

    assert properties.get("RevealParticipantPhoneNumbers", False) is reveal


def test_handler_reads_what_is_synthesized(stack: cdk.Stack) -> None:
    """The handler's schema accepts the references as CloudFormation sends them."""
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rider-AbCdEf"
    secret = aws_secretsmanager.Secret.from_secret_complete_arn(stack, "Rider", arn)
    ride(
        stack,
        PhoneNumber.from_secret(secret, json_field="phone"),
        PhoneNumber.from_secure_parameter(secure_parameter(stack)),
        reveal_participants=True,
    )
    sent = resource(stack)["Properties"]
    del sent["ServiceToken"], sent["ServiceTimeout"]

    recast = proxy_session.SCHEMA.recast({**sent, "RevealParticipantPhoneNumbers": "true"})
    proxy_session.SCHEMA.check(recast)

    assert recast["RevealParticipantPhoneNumbers"] is True


def test_bad_field(stack: cdk.Stack) -> None:
    """A field without a name is refused; the secret's ARN may be a token."""
    secret = aws_secretsmanager.Secret(stack, "Rider")

    with pytest.raises(ValueError, match=r"participants\[0\].json_field must be the name"):
        ride(stack, PhoneNumber.from_secret(secret, json_field=""), DRIVER)


def test_same_number_twice(stack: cdk.Stack) -> None:
    """The two participants are not the same secret."""
    secret = aws_secretsmanager.Secret(stack, "Rider")

    with pytest.raises(ValueError, match="participants must not repeat an item"):
        ride(stack, PhoneNumber.from_secret(secret), PhoneNumber.from_secret(secret))


def test_arn_in_place_of_a_number(stack: cdk.Stack) -> None:
    """A secret's ARN is no number, and is not taken for a connector's."""
    with pytest.raises(ValueError, match=r"participants\[0\] must be a number in E.164"):
        ride(stack, "arn:aws:secretsmanager:us-east-1:123456789012:secret:rider-AbCdEf", DRIVER)


def test_bad_reveal(stack: cdk.Stack) -> None:
    """`reveal_participants` is True or False."""
    with pytest.raises(ValueError, match="reveal_participants must be true or false"):
        ride(stack, "+14015550101", DRIVER, reveal_participants="perhaps")


def test_other_values_than_secrets_are_refused(stack: cdk.Stack) -> None:
    """The error says how to get the secret or parameter that is wanted."""
    no_secrets: list[Any] = [
        "rider",
        None,
        cdk.SecretValue.secrets_manager("rider"),
        secure_parameter(stack),
    ]
    no_parameters: list[Any] = ["/rider", None, aws_secretsmanager.Secret(stack, "Rider")]

    for one in no_secrets:
        with pytest.raises(TypeError, match="secret must be a secret of aws_secretsmanager: "):
            PhoneNumber.from_secret(one)
    for one in no_parameters:
        with pytest.raises(TypeError, match="parameter must be a parameter of aws_ssm: "):
            PhoneNumber.from_secure_parameter(one)


def test_grant_read_to_a_role(stack: cdk.Stack) -> None:
    """An application may be given the number too, by CDK's convention."""
    secret = aws_secretsmanager.Secret(stack, "Rider")
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.AccountRootPrincipal())

    PhoneNumber.from_secret(secret).grant_read(role)

    ((statement,),) = reading(stack).values()
    assert "secretsmanager:GetSecretValue" in statement["Action"]
    assert statement["Resource"] == stack.resolve(secret.secret_arn)
