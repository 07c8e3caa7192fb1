from threading import Timer

from chime_proxy_local.cloudformation.mailbox import Mailboxes


def test_first_answer_counts() -> None:
    """Of two answers the first one counts."""
    mailboxes = Mailboxes()
    mailboxes.open("here")
    mailboxes.deliver("here", b"first")
    mailboxes.deliver("here", b"second")
    assert mailboxes.wait("here", 0) == b"first"


def test_answer_to_come_is_waited_for() -> None:
    """An answer that is on its way is waited for."""
    mailboxes = Mailboxes()
    mailboxes.open("here")
    Timer(0.05, mailboxes.deliver, ["here", b"answer"]).start()
    assert mailboxes.wait("here", 60) == b"answer"


def test_late_answer_is_dropped() -> None:
    """Where nothing comes in time there is no answer, and what comes later is dropped."""
    mailboxes = Mailboxes()
    mailboxes.open("here")
    assert mailboxes.wait("here", 0.01) is None
    mailboxes.deliver("here", b"late")


def test_answer_to_unknown_address_is_dropped() -> None:
    """An answer that nobody has asked for is dropped, another query than was signed included."""
    mailboxes = Mailboxes()
    mailboxes.open("here?signed")
    mailboxes.deliver("here", b"answer")
    assert mailboxes.wait("here?signed", 0) is None
