"""The commands of `python -m chime_proxy`, which need neither CDK nor Node.

`schema` prints the JSON Schema of a sessions file. `drift` compares the sessions of deployed stacks
with the API's. `aws-data-path` prints the folder by which the AWS CLI signs for a service in an
account.
"""

import argparse
import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from chime_proxy._sessions_file.schema import sessions_schema

_DRIFT = (
    "Compare the sessions of deployed stacks with those that GetProxySession returns. "
    "Exit codes: 0 all are as declared; 1 at least one is closed, missing or modified; "
    "2 at least one could not be checked."
)
_NO_SDK = "drift needs boto3: pip install 'cdk-chime-proxy[drift]'\n"
_AWS_DATA = Path(__file__).with_name("aws_data")


def main() -> int:
    """Run the command and return its exit code."""
    arguments = _parser().parse_args()
    if arguments.command == "drift":
        return _drift(arguments)
    printed = _AWS_DATA if arguments.command == "aws-data-path" else _schema()
    sys.stdout.write(f"{printed}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chime_proxy", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands.add_parser("schema", help="print the JSON Schema of a sessions file")
    commands.add_parser(
        "aws-data-path",
        help="print the AWS_DATA_PATH with which the AWS CLI calls a ProxySessionService",
    )
    drift = commands.add_parser("drift", help="find sessions that drifted", description=_DRIFT)
    drift.add_argument(
        "--stack", action="append", required=True, metavar="NAME", help="a stack; may be repeated"
    )
    drift.add_argument("--json", action="store_true", help="print JSON in place of a table")
    return parser


def _schema() -> str:
    return json.dumps(sessions_schema(), indent=2)


def _drift(arguments: argparse.Namespace) -> int:
    if not find_spec("boto3"):
        sys.stderr.write(_NO_SDK)
        return 2
    try:
        from chime_proxy._drift.command import drift  # noqa: PLC0415 - boto3 is an extra

        return drift(arguments.stack, as_data=arguments.json, environment=os.environ)
    except Exception as error:  # noqa: BLE001 - Python would exit with 1, which means drift
        sys.stderr.write(f"drift could not be checked: {type(error).__name__}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
