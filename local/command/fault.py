"""`python -m local fault`: shows and switches the fault of the running cloud."""

import argparse

from local.command.output import show
from local.command.process import running_port
from local.error import LocalCloudError
from local.faults.control import current_fault, switch_fault
from local.faults.fault import EFFECTS, Fault, FaultKind
from local.folder import Folder

_NONE = "none"
_OFF = "nothing is wrong, as at the start"
_USE = "`python -m local fault KIND` switches one on, `python -m local fault none` off."


def add_fault_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `switch` to a parser."""
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", title="kinds")
    for kind, effect in EFFECTS.items():
        fault = kinds.add_parser(kind.value, help=effect, description=effect)
        fault.add_argument("--count", type=int, metavar="N", help="strike N requests, then be over")
        if kind is FaultKind.SLOW:
            fault.add_argument("seconds", type=float, metavar="SECONDS")
    kinds.add_parser(_NONE, help=_OFF, description=_OFF)


def switch(folder: Folder, arguments: argparse.Namespace) -> None:
    """Switch a fault on or off, and show the current one.

    Raises:
        LocalCloudError: no cloud is running, or there is no such fault.
    """
    port = running_port(folder)
    if port is None:
        msg = "No local cloud is running in this checkout. `make local` starts one."
        raise LocalCloudError(msg)
    if arguments.kind:
        switch_fault(port, _wanted(arguments))
    fault = current_fault(port)
    show(f"On: {fault}." if fault else "No fault is on.")
    if not arguments.kind:
        show(_overview())


def _wanted(arguments: argparse.Namespace) -> Fault | None:
    if arguments.kind == _NONE:
        return None
    wanted = {"seconds": 0, **vars(arguments)}
    return Fault.parse({name: wanted[name] for name in ("kind", "count", "seconds")})


def _overview() -> str:
    rows = [*EFFECTS.items(), (_NONE, _OFF)]
    return "\n".join(["", *(f"  {kind:<12} {effect}" for kind, effect in rows), "", _USE])
