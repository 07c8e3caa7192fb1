"""The switch for the fault of a cloud's process."""

from dataclasses import replace
from threading import Lock

from chime_proxy_local.faults.fault import Fault, FaultKind


class FaultSwitch:
    """Holds the current fault, if any. Threads share it."""

    def __init__(self) -> None:
        self._fault: Fault | None = None
        self._lock = Lock()

    @property
    def fault(self) -> Fault | None:
        """The current fault; None if none is on."""
        return self._fault

    def set(self, fault: Fault | None) -> None:
        """Switch a fault on in place of the current one; None switches off."""
        with self._lock:
            self._fault = fault

    def strike(self, kinds: frozenset[FaultKind]) -> Fault | None:
        """Return the current fault if it is of these kinds, and count it."""
        with self._lock:
            fault = self._fault
            if fault is None or fault.kind not in kinds:
                return None
            if fault.count is not None:
                self._fault = replace(fault, count=fault.count - 1) if fault.count > 1 else None
            return fault


FAULT_SWITCH = FaultSwitch()
