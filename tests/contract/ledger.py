"""What no history may do: lose a session or a configuration, or leave one that nobody knows of.

Some can be left by physical necessity; docs/reliability.md tells users of each. The ledger lets
those pass, and nothing else:

- one that CloudFormation itself left: retained, or given up after three failed cleanups;
- one that Lambda's repetition made after CloudFormation had taken an answer to the same request,
  or had stopped waiting for it;
- one that the user named, of a request whose end was in doubt or that was taken back: it cannot
  be told from others;
- a configuration of a request that was repeated and failed: it does not tell whose it is;
- one of a stack operation in which both a request and what should have mended it were disturbed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.contract.bucket import Mailbox
    from tests.contract.universe import Universe


class Ledger:
    """Watches a universe."""

    def __init__(self, universe: Universe) -> None:
        self.ended_by_hand: set[str] = set()
        self.is_taken_back = False
        self._universe = universe
        self._disturbed: set[str] = set()
        self._strangers: set[str] = set()
        self._late: set[str] = set()
        self._puts: dict[str, Mapping[str, Any]] = {}
        self._excused: set[str] = set()
        universe.wire.before_call = self._note_call
        universe.wire.on_fault = universe.bucket.on_fault = self._note_fault

    def make_by_hand(self, properties: Mapping[str, Any]) -> str:
        """Make a session that is nobody's until a stack adopts it, and return its physical id."""
        physical_id = self._universe.make_by_hand(properties)
        self._strangers.add(physical_id)
        return physical_id

    def check(self) -> None:
        """Compare what is there with what CloudFormation believes, now that all is quiet."""
        self._universe.settle()
        # What CloudFormation has heard of is no stranger any more, whatever became of it.
        events = self._universe.cloudformation.events
        self._strangers -= {event.get("PhysicalResourceId", "") for event in events}
        believed = self._universe.believed_sessions() | self._strangers
        there = self._universe.open_sessions() | self._universe.configured()

        lost = {one for one in believed - there if self._is_lost(one)}
        assert not lost, "a resource has no session or no configuration"

        left = there - believed - self._universe.left_sessions() - self._excused
        unexplained = {one for one in left if not self._is_explained(one)}
        assert not unexplained, "a session or a configuration belongs to no resource"
        self._excused |= left
        self._disturbed.clear()
        self._puts.clear()
        self.is_taken_back = False

    def _is_lost(self, physical_id: str) -> bool:
        was_made = "-" not in physical_id.partition("/")[0]
        return (
            was_made
            and physical_id not in self.ended_by_hand
            and not self._universe.is_closed(physical_id)
        )

    def _is_explained(self, physical_id: str) -> bool:
        if "/" not in physical_id:
            return physical_id in self._late or self._is_put_in_vain(physical_id)
        name = self._universe.session_name(physical_id)
        by_user, in_doubt = " " in name, bool(self._disturbed) or self.is_taken_back
        return name in self._late or len(self._disturbed) > 1 or (by_user and in_doubt)

    def _is_put_in_vain(self, connector: str) -> bool:
        event = self._puts.get(connector, {"RequestId": ""})
        return len(self._disturbed) > 1 or (
            self._universe.function.has_repeated(event["RequestId"])
            and not any(answer["Status"] == "SUCCESS" for answer in self._mailbox(event).answers)
        )

    def _mailbox(self, event: Mapping[str, Any]) -> Mailbox:
        return self._universe.bucket.mailboxes[event["ResponseURL"]]

    def _note_fault(self) -> None:
        self._disturbed.add(self._universe.function.current["RequestId"])

    def _note_call(self, operation: str, body: Any) -> None:
        event = self._universe.function.current
        mailbox = self._mailbox(event)
        is_late = mailbox.answers or not mailbox.is_open
        if operation == "CreateProxySession" and is_late:
            self._late.add(json.loads(body)["Name"])
        if operation == "PutVoiceConnectorProxy":
            connector = event["ResourceProperties"]["VoiceConnectorId"]
            self._puts[connector] = event
            self._late |= {connector} if is_late else set()
