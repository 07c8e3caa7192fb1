"""What no history may do: lose a session, or leave one that nobody knows of.

Some sessions can be left by physical necessity; docs/reliability.md tells users of each. The
ledger lets those pass, and nothing else:

- one that CloudFormation itself left: retained, or given up after three failed cleanups;
- one that Lambda's repetition made after CloudFormation had taken an answer to the same request,
  or had stopped waiting for it;
- one that the user named, of a request whose end was in doubt or that was taken back: it cannot
  be told from others;
- one of a stack operation in which both a request and what should have mended it were disturbed.
"""

import json
from typing import Any

from tests.contract.universe import Universe


class Ledger:
    """Watches a universe."""

    def __init__(self, universe: Universe) -> None:
        self.ended_by_hand: set[str] = set()
        self.is_taken_back = False
        self._universe = universe
        self._disturbed: set[str] = set()
        self._late_names: set[str] = set()
        self._excused: set[str] = set()
        universe.wire.before_call = self._note_call
        universe.wire.on_fault = universe.bucket.on_fault = self._note_fault

    def check(self) -> None:
        """Compare what is open with what CloudFormation believes, now that all is quiet."""
        self._universe.settle()
        believed, there = self._universe.believed_sessions(), self._universe.open_sessions()

        lost = {one for one in believed - there if self._is_lost(one)}
        assert not lost, "a resource has no session"

        left = there - believed - self._universe.left_sessions() - self._excused
        unexplained = {one for one in left if not self._is_explained(one)}
        assert not unexplained, "a session belongs to no resource"
        self._excused |= left
        self._disturbed.clear()
        self.is_taken_back = False

    def _is_lost(self, physical_id: str) -> bool:
        was_session = not physical_id.startswith("create-") and "/" in physical_id
        return (
            was_session
            and physical_id not in self.ended_by_hand
            and not self._universe.is_closed(physical_id)
        )

    def _is_explained(self, physical_id: str) -> bool:
        name = self._universe.session_name(physical_id)
        by_user, in_doubt = " " in name, bool(self._disturbed) or self.is_taken_back
        return name in self._late_names or len(self._disturbed) > 1 or (by_user and in_doubt)

    def _note_fault(self) -> None:
        self._disturbed.add(self._universe.function.current["RequestId"])

    def _note_call(self, operation: str, body: Any) -> None:
        event = self._universe.function.current
        mailbox = self._universe.bucket.mailboxes[event["ResponseURL"]]
        if operation == "CreateProxySession" and (mailbox.answers or not mailbox.is_open):
            self._late_names.add(json.loads(body)["Name"])
