"""The two sides of a call or a text, as any adapter's driver shows them to the conformance test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chime_proxy_service.contact import Outcome

Field = tuple[str, str]
"""A name and a value that a phone received: a header, an attribute, a sentence it was told."""

CONTENT = "content"
"""The name of the fields that a sender meant the recipient to have: a text's words and media."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A call or a text, as it leaves the sender's phone.

    Args:
        sender: the phone's number, or a word in its place.
        proxy_phone_number: the number called or texted.
        fields: everything else that the sender's side brings, by name.
        contact_id: the carrier's id; another one for each contact.
        words: a text's words.
        media: the addresses of a text's pictures.
    """

    sender: str
    proxy_phone_number: str
    fields: Mapping[str, str]
    contact_id: str
    words: str = ""
    media: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """The recipient's phone when it rings: the outcome, and the fields it answers with."""

    outcome: Outcome
    fields: Mapping[str, str] = field(default_factory=dict)


Received = Mapping[str, Sequence[Field]]
"""All that each phone received, by its number."""


class Driver(Protocol):
    """Drives one adapter's calls from the carrier's side.

    Args:
        sender_fields: templates of all fields that a sender's side may bring, by name. Each has
            `{canary}`, and may have `{number}`, `{national}`, `{name}` and `{address}`; or it has
            `{token}`, which is the number and the canary in base64.
        recipient_fields: the same of a recipient's phone that answers.
        asked_for: the names of the fields that a phone may receive.
    """

    sender_fields: Mapping[str, str]
    recipient_fields: Mapping[str, str]
    asked_for: frozenset[str]

    def call(self, sent: Sent, reply: Reply) -> Received:
        """Make a call, let it end, and return what each phone received."""

    def ring(self, sent: Sent) -> Received:
        """Begin a call, and return what each phone received while it is up."""


class TextDriver(Driver, Protocol):
    """Drives an adapter that carries texts as well.

    Args:
        text_fields: as `sender_fields`, of a text.
    """

    text_fields: Mapping[str, str]

    def text(self, sent: Sent) -> Received:
        """Send a text, and return what each phone received."""
