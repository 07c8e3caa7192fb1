"""Warn of sessions that ask for calls or texts which no adapter carries."""

from collections.abc import Iterable

import jsii
from aws_cdk import Annotations, Aspects, IAspect
from constructs import Construct, IConstruct

from chime_proxy._options import Capability

_WARNING_ID = "cdk-chime-proxy:notCarried"


@jsii.implements(IAspect)
class CapabilityCheck:
    """Compares the sessions of a service with the adapters of the same app.

    Without any adapter in the app nothing is compared: they may be elsewhere.
    """

    def __init__(self) -> None:
        self._carried: set[str] = set()
        self._asked: list[tuple[Construct, list[str]]] = []

    def note_session(self, session: Construct, capabilities: Iterable[str]) -> None:
        """Note the capabilities of a session."""
        self._asked.append((session, list(capabilities)))

    def note_adapter(self, adapter: Construct, capabilities: Iterable[Capability]) -> None:
        """Note the capabilities that an adapter carries."""
        self._carried.update(capabilities)
        # An aspect runs once all constructs are there.
        Aspects.of(adapter).add(self)

    def visit(self, _node: IConstruct) -> None:
        """Warn of each session once, by an id to acknowledge."""
        asked, self._asked = self._asked, []
        lacking = {*Capability} - self._carried
        for session, capabilities in asked:
            missing = " and ".join(one for one in capabilities if one in lacking)
            if missing:
                Annotations.of(session).add_warning_v2(
                    _WARNING_ID,
                    f"The service of this session has adapters in the app, and none carries {missing}. "
                    f"Leave {missing} out of capabilities, declare an adapter that carries it, or "
                    "acknowledge this warning if there is one elsewhere",
                )
