"""Every leak that the configuration can be made to have is noticed on the wire."""

import pytest
from tests.telephony.scene import Scene

from calls.asterisk import Asterisk
from calls.mutations import MUTATIONS, Mutation
from calls.report import Report
from calls.sip_carrier import SipCarrier
from chime_proxy_service.telephony.sip.configuration import configuration


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.rule)
def test_leak_is_noticed(asterisk: Asterisk, mutation: Mutation, report: Report) -> None:
    """The check fails as soon as the rule is broken, by what it has seen."""
    whole = "".join(configuration(asterisk.settings).values())
    assert all(before in whole for before, _ in mutation.changes)
    carriers: list[SipCarrier] = []

    def drive(scene: Scene) -> SipCarrier:
        carriers.append(SipCarrier(scene, asterisk))
        return carriers[-1]

    try:
        with (
            asterisk.restarted(broken=mutation.applied),
            pytest.raises(AssertionError) as noticed,
        ):
            mutation.check(drive)
        reason = str(noticed.value).partition("\n")[0]
        report.add_table("Leaks made on purpose", ["Rule", "Noticed by"], [[mutation.rule, reason]])
    finally:
        for one in carriers:
            one.close()
