"""The sessions of sessions.yaml, spread over stacks."""

import os
from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

from chime_proxy import ProxySessionProvider, SessionsFile

STACKS = 4
"""Enough for all sessions there will ever be, at about 300 each: another number moves sessions."""


def declare_rides(scope: Construct) -> None:
    """Declare every session in an app or a stage."""
    SessionsFile(
        scope,
        "Sessions",
        path=Path(__file__).with_name("sessions.yaml"),
        stacks=[cdk.Stack(scope, f"Rides{number}") for number in range(STACKS)],
        provider=_provider,
    )


def _provider(stack: cdk.Stack) -> ProxySessionProvider:
    endpoint_url = os.environ.get("AWS_ENDPOINT_URL_CHIME_SDK_VOICE")
    return ProxySessionProvider(stack, "Provider", endpoint_url=endpoint_url)
