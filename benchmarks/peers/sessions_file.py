"""Declares the sessions of a file, spread over stacks: `sessions_file.py FOLDER SESSIONS`."""

import sys
from pathlib import Path

import aws_cdk as cdk

from chime_proxy import ProxySessionProvider, SessionsFile
from chime_proxy_local.cloud.proxy_sessions import VOICE_CONNECTOR_ID

# What docs/gitops.md recommends at most is 300.
_SESSIONS_OF_A_STACK = 250
_HEAD = f"""Defaults:
  VoiceConnectorId: {VOICE_CONNECTOR_ID}
  Capabilities: [Voice, SMS]
  ExpiryMinutes: 60
Sessions:
"""
# No country has this code.
_ENTRY = '  ride-{0}:\n    ParticipantPhoneNumbers: ["+9990{0:08d}", "+9991{0:08d}"]\n'


def main(folder: Path, sessions: int) -> None:
    """Write a file of so many sessions, and synthesize it."""
    file = folder / f"sessions-{sessions}.yaml"
    file.write_text(_HEAD + "".join(map(_ENTRY.format, range(sessions))), encoding="utf-8")
    app = cdk.App(outdir=str(folder / f"file-{sessions}"), analytics_reporting=False)
    stacks = [cdk.Stack(app, f"Rides{n}") for n in range(-(-sessions // _SESSIONS_OF_A_STACK))]
    SessionsFile(app, "Sessions", path=file, stacks=stacks, provider=_provider)
    app.synth()


def _provider(stack: cdk.Stack) -> ProxySessionProvider:
    return ProxySessionProvider(stack, "Provider", endpoint_url="https://calls.example.com")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
