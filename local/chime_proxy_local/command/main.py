"""The commands below `chime-proxy local`.

They import what they need when they run: `--help` needs neither the extra `local` nor a system that
the cloud runs on.
"""

from pathlib import Path

import click

from chime_proxy_local.faults.fault import EFFECTS, Fault, FaultKind
from chime_proxy_local.folder import Folder

_EXIT_CODES = """\b
Exit codes:
  0    done
  1    failed; the message says the cause and the remedy
  2    wrong arguments
  130  interrupted
"""


@click.group(invoke_without_command=True, epilog=_EXIT_CODES)
@click.pass_context
def local(context: click.Context) -> None:
    """Run a cloud on this machine, without an account, for the app in this folder.

    Its files are in `.local`, and each folder has a cloud of its own. Without a command: `up`.
    """
    if context.invoked_subcommand is None:
        context.invoke(up)


@local.command(epilog=_EXIT_CODES)
@click.option(
    "--deploy",
    metavar="PATTERN",
    help="Also deploy the app's stacks with these names, by `cdk deploy PATTERN --method direct`.",
)
def up(deploy: str | None) -> None:
    """Start the cloud, or go on with the one that runs.

    The cloud is bootstrapped for CDK if the command `cdk` is in PATH or in node_modules. The script
    `.local/env` points a shell at the cloud.
    """
    from chime_proxy_local.command.run import failures_shown, wait_for_turn  # noqa: PLC0415 - for these commands alone

    with failures_shown():
        from chime_proxy_local.command import up_down  # noqa: PLC0415 - with the extra `local`

        wait_for_turn()
        up_down.up(_folder(), deploy)


@local.command(epilog=_EXIT_CODES)
def down() -> None:
    """Delete all stacks and stop the cloud.

    A fault is switched off before. A stack that cannot be deleted is named with its state and its
    remedy, and goes with the cloud.
    """
    from chime_proxy_local.command.run import failures_shown, wait_for_turn  # noqa: PLC0415 - for these commands alone

    with failures_shown():
        from chime_proxy_local.command import up_down  # noqa: PLC0415 - with the extra `local`

        wait_for_turn()
        up_down.down(_folder())


def _kinds() -> str:
    rows = "\n".join(f"  {kind:<12} {effect}" for kind, effect in _effects().items())
    return f"\b\nKinds:\n{rows}\n\n{_EXIT_CODES}"


def _effects() -> dict[str, str]:
    return {
        **{str(kind): effect for kind, effect in EFFECTS.items()},
        "none": "no fault, as at the start",
    }


@local.command(epilog=_kinds())
@click.argument("kind", required=False, metavar="[KIND]", type=click.Choice(list(_effects())))
@click.argument("seconds", required=False, type=float)
@click.option("--count", type=int, metavar="N", help="Strike N requests, then switch off.")
def fault(kind: str | None, seconds: float | None, count: int | None) -> None:
    """Switch a fault of the cloud on or off; without KIND, show the current one.

    SECONDS is the delay of `slow`.
    """
    if (kind == FaultKind.SLOW) != (seconds is not None):
        msg = "SECONDS is the delay of `slow`: `fault slow 2`, for one."
        raise click.UsageError(msg)
    from chime_proxy_local.command.run import failures_shown  # noqa: PLC0415 - for these commands alone

    with failures_shown():
        from chime_proxy_local.command.fault import show_fault, switch  # noqa: PLC0415 - with the extra `local`

        if kind is None:
            show_fault(_folder())
        else:
            wanted = {"kind": kind, "seconds": seconds or 0, "count": count}
            switch(_folder(), None if kind == "none" else Fault.parse(wanted))


def _folder() -> Folder:
    return Folder(Path.cwd() / ".local")
