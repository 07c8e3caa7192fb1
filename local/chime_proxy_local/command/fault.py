"""Shows and switches the fault of a folder's cloud."""

from chime_proxy_local.command.process import running_port
from chime_proxy_local.command.step import show
from chime_proxy_local.error import LocalCloudError
from chime_proxy_local.faults.control import current_fault, switch_fault
from chime_proxy_local.faults.fault import Fault
from chime_proxy_local.folder import Folder


def switch(folder: Folder, fault: Fault | None) -> None:
    """Switch a fault on, or the current one off, and show the current one.

    Raises:
        LocalCloudError: no cloud is running.
    """
    switch_fault(_port(folder), fault)
    show_fault(folder)


def show_fault(folder: Folder) -> None:
    """Show the current fault.

    Raises:
        LocalCloudError: no cloud is running.
    """
    fault = current_fault(_port(folder))
    show(f"On: {fault}." if fault else "No fault is on.")


def _port(folder: Folder) -> int:
    port = running_port(folder)
    if port is None:
        msg = (
            f"No local cloud is running in {folder.path.parent}. `chime-proxy local` starts one; "
            "this command works in the same folder."
        )
        raise LocalCloudError(msg)
    return port
