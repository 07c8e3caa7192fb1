"""The stack of `rides` with participants whose numbers stand in no template."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager, aws_ssm
from tests.local.rides import HERE, Declaration, session

from chime_proxy import PhoneNumber, ProxySession

SECRET, FIELD, PARAMETER = "rider", "phone", "/drivers/7/phone"
MISSING_SECRET, MISSING_PARAMETER = "nobody", "/drivers/8/phone"


def hidden(stack: cdk.Stack) -> None:
    """Declare a session of a secret and a secure parameter."""
    _show(_hidden(stack))


def hidden_texting(stack: cdk.Stack) -> None:
    """Declare the session for texts alone."""
    _show(_hidden(stack, capabilities=["SMS"]))


def revealed(stack: cdk.Stack) -> None:
    """Declare the session with attributes that show the numbers."""
    _show(_hidden(stack, reveal_participants=True))


def missing_secret(stack: cdk.Stack) -> None:
    """Declare a session of a secret that nobody has made."""
    _hidden(stack, secret=MISSING_SECRET)


def missing_parameter(stack: cdk.Stack) -> None:
    """Declare a session of a parameter that nobody has made."""
    _hidden(stack, parameter=MISSING_PARAMETER)


HIDDEN_STATES: Mapping[str, Declaration] = {
    "hidden": hidden,
    "hidden-texting": hidden_texting,
    "revealed": revealed,
    "missing-secret": missing_secret,
    "missing-parameter": missing_parameter,
}


def _hidden(
    stack: cdk.Stack, *, secret: str = SECRET, parameter: str = PARAMETER, **changes: Any
) -> ProxySession:
    rider = aws_secretsmanager.Secret.from_secret_name_v2(stack, "Rider", secret)
    driver = aws_ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Driver", parameter_name=parameter
    )
    participants = [
        PhoneNumber.from_secret(rider, json_field=FIELD),
        PhoneNumber.from_secure_parameter(driver),
    ]
    return session(stack, "Ride", HERE, participants=participants, **changes)


def _show(ride: ProxySession) -> None:
    one, other = (end.phone_number for end in ride.participants)
    cdk.CfnOutput(cdk.Stack.of(ride), "Participants", value=f"{one} and {other}")
