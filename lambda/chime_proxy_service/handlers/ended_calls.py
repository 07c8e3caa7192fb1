"""Reports the ends of calls from a folder of Asterisk's, until each of them is recorded."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chime_proxy_service.errors import UnavailableError
from chime_proxy_service.handlers.failure import log_failure

_SUFFIX = ".call"
_COMPLETE = ",end"
# A participant is busy until the end of the last call is recorded.
_AT_ONCE = 16
_PAUSE = 0.1
_PAUSE_AFTER_FAILURE = 5


class EndedCalls:
    """A folder with a file for each call whose end is not recorded.

    A file of an earlier process counts as well. It is removed once its end is recorded, and tried
    again after a failure.

    Args:
        folder: the folder.
        end: records an end; see `SipCalls.end`.
    """

    def __init__(self, folder: Path, end: Callable[[str], object]) -> None:
        self._folder = folder
        self._end = end
        self._threads = ThreadPoolExecutor(_AT_ONCE)

    def keep(self, line: str) -> None:
        """Add the end of a call, in the form in which Asterisk leaves it."""
        call_id, _, _ = line.partition(",")
        (self._folder / f"{call_id}{_SUFFIX}").write_text(line, encoding="ascii")

    def report(self) -> bool:
        """Report all ends in the folder; return False if one has to be tried again."""
        return all(list(self._threads.map(self._is_reported, self._folder.glob(f"*{_SUFFIX}"))))

    def watch(self, *, sleep: Callable[[float], object] = time.sleep) -> None:
        """Report the ends of calls for ever."""
        while True:
            sleep(_PAUSE if self.report() else _PAUSE_AFTER_FAILURE)

    def _is_reported(self, path: Path) -> bool:
        try:
            line = path.read_text(encoding="ascii")
            if line.endswith(_COMPLETE):
                self._end(line)
                path.unlink()
        except ValueError as error:
            log_failure(error, path.name)
            path.unlink()
        except UnavailableError:
            return False
        except Exception as error:  # noqa: BLE001 - its text may hold a phone number
            log_failure(error, path.name)
            return False
        return True
