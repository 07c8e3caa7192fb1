from tests.console.site import BEGINNING, DRIVER, RIDER

from chime_proxy_local.console.journal import Journal
from chime_proxy_service.contact import Contact, Refusal
from chime_proxy_service.session import Capability


def test_journal_keeps_the_last_twenty() -> None:
    """The journal keeps the last twenty entries, the latest first, under the numbers they got."""
    journal = Journal()
    call = Contact(
        region="us-east-1",
        sender=RIDER,
        proxy_phone_number=DRIVER,
        capability=Capability.VOICE,
    )
    written = [journal.write(call, Refusal.UNKNOWN, BEGINNING, "Rides/Service") for _ in range(25)]
    assert [entry.number for entry in written] == list(range(1, 26))
    assert journal.entries() == tuple(reversed(written[5:]))
