"""The sessions of sessions.yaml on the account's published service, spread over stacks."""

from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

from chime_proxy import ProxySessionProvider, ProxySessionService, SessionsFile

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
    service = ProxySessionService.from_published(stack, "Service")
    return ProxySessionProvider(stack, "Provider", service=service)
