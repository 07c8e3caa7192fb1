"""One resource, whose handlers are asked one by one, as `cfn test` asks those of a resource type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.api import ApiFault, connect
from tests.contract.cloudformation import Declared, Properties, Stack
from tests.contract.universe import CONNECTORS, Universe

Answer = Mapping[str, Any]

_LOGICAL_ID = "Ride"
_AGAIN_AFTER_SECONDS = 60


@dataclass(frozen=True)
class Resource:
    """A resource of a stack that does nothing by itself.

    A custom resource has no handlers that read and list: the API's own operations stand for them.
    """

    universe: Universe
    stack: Stack

    def create(self, properties: Properties) -> Answer:
        """Ask for the resource."""
        return self._ask("Create", properties)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Answer:
        """Ask for other properties."""
        fields = {"PhysicalResourceId": physical_id, "OldResourceProperties": old}
        return self._ask("Update", new, **fields)

    def delete(self, physical_id: str, properties: Properties) -> Answer:
        """Ask for the resource to go."""
        return self._ask("Delete", properties, PhysicalResourceId=physical_id)

    def repeat(self, request: int = -1) -> Answer:
        """Deliver a request again, a minute later, though it was answered. Default: the last one."""
        event = self.universe.cloudformation.events[request]
        mailbox = self.universe.bucket.mailboxes[event["ResponseURL"]]
        mailbox.is_open = True
        self.universe.clock.sleep(_AGAIN_AFTER_SECONDS)
        self.universe.function.invoke(event)
        _, second = mailbox.answers
        return second

    def disturb(self, *faults: ApiFault) -> None:
        """Let the next calls of the API go wrong, and the rest go well."""
        self.universe.wire.faults.clear()
        self.universe.wire.faults.extend(faults)

    def read(self, physical_id: str) -> Mapping[str, Any]:
        """The session that an id names, as the API shows it."""
        connector, _, session_id = physical_id.partition("/")
        answer = connect(self.universe.wire).get_proxy_session(
            VoiceConnectorId=connector, ProxySessionId=session_id
        )
        return answer["ProxySession"]

    def listed(self) -> list[str]:
        """The ids of all sessions of the connector, from pages of one session each."""
        client, found = connect(self.universe.wire), []
        page: dict[str, Any] = {"VoiceConnectorId": CONNECTORS[0], "MaxResults": 1}
        while True:
            answer = client.list_proxy_sessions(**page)
            found += [f"{CONNECTORS[0]}/{one['ProxySessionId']}" for one in answer["ProxySessions"]]
            if "NextToken" not in answer:
                return found
            page["NextToken"] = answer["NextToken"]

    def _ask(self, request_type: str, properties: Properties, **fields: Any) -> Answer:
        return self.universe.cloudformation.ask(
            self.stack, request_type, _LOGICAL_ID, Declared(properties), **fields
        )
