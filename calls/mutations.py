"""Makes Asterisk leak in one way at a time; the conformance test on the wire has to notice each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.telephony import conformance
from tests.telephony.conformance import Drive
from tests.telephony.scene import ALICE, BOB

from calls.asterisk import ADDRESS
from chime_proxy_service.contact import Outcome, Refusal

Check = Callable[[Drive], None]

_ANSWERED: Check = partial(conformance.check_answered_call, caller=ALICE, callee=BOB)
_BUSY: Check = partial(
    conformance.check_unanswered_call, caller=ALICE, callee=BOB, outcome=Outcome.BUSY
)
_STRANGER: Check = partial(conformance.check_refused_call, refusal=Refusal.UNKNOWN)
_MODULES = "[modules]\nautoload=no\n"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A rule of the configuration, the texts that break it, and the check that must notice.

    Args:
        rule: the rule.
        changes: texts of the configuration, and those in their place.
        check: the check.
    """

    rule: str
    changes: tuple[tuple[str, str], ...]
    check: Check = _ANSWERED

    def applied(self, text: str) -> str:
        """Break a file of the configuration."""
        for before, after in self.changes:
            text = text.replace(before, after)
        return text


def _with_module(name: str) -> tuple[str, str]:
    return (_MODULES, f"{_MODULES}load={name}.so\n")


MUTATIONS = (
    Mutation(
        "the caller's number is not shown", (('"" <${SHOWN_NUMBER}>', '"" <${CALLERID(num)}>'),)
    ),
    Mutation(
        "the caller's name is not shown",
        (('"" <${SHOWN_NUMBER}>', '"${CALLERID(name)}" <${SHOWN_NUMBER}>'),),
    ),
    Mutation(
        "Diversion stays behind",
        (("send_diversion=no", "send_diversion=yes"), _with_module("res_pjsip_diversion")),
    ),
    Mutation(
        "History-Info stays behind",
        (("send_history_info=no", "send_history_info=yes"), _with_module("res_pjsip_diversion")),
    ),
    Mutation("no P-Asserted-Identity is sent", (("send_pai=no", "send_pai=yes"),)),
    Mutation("no Remote-Party-ID is sent", (("send_rpid=no", "send_rpid=yes"),)),
    Mutation(
        "nothing tells who answers",
        (
            ("send_rpid=no", "send_rpid=yes"),
            ("trust_id_inbound=no", "trust_id_inbound=yes"),
            ("trust_id_outbound=no", "trust_id_outbound=yes"),
            ("connected_line=no", "connected_line=yes"),
            (",Ir)", ",r)"),
        ),
    ),
    Mutation(
        "audio goes through the host",
        (
            ("direct_media=no", "direct_media=yes"),
            (f"external_media_address={ADDRESS}\n", ""),
            _with_module("bridge_native_rtp"),
        ),
    ),
    Mutation("the source of audio stays behind", (_with_module("bridge_native_rtp"),)),
    Mutation("the program is not named", (("user_agent=\n", "user_agent=Asterisk\n"),)),
    Mutation(
        "causes stay behind",
        (_with_module("res_pjsip_rfc3326"),),
        _BUSY,
    ),
    Mutation("the caller hears nothing before an answer", ((",Ir)", ",I)"),)),
    Mutation(
        "a header of the caller stays behind",
        (
            _with_module("res_pjsip_header_funcs"),
            (
                "exten => s,1,Hangup(1)",
                "exten => b,1,Set(PJSIP_HEADER(add,X-Caller)=${WHO})\n same => n,Return()",
            ),
            (
                " same => n,Dial(",
                " same => n,Set(__WHO=${PJSIP_HEADER(read,X-Original-Calling-Number)})\n same => n,Dial(",
            ),
            (",Ir)", ",Irb(from-trunk^b^1))"),
        ),
    ),
    Mutation(
        "the end of a call is reported",
        ((" same => n,Set(CHANNEL(hangup_handler_push)=ended,s,1)\n", ""),),
    ),
    Mutation("a caller whom nobody answers is told so", (("Playback(", "NoOp("),), _BUSY),
    Mutation("a refused caller is told so", (("Playback(", "NoOp("),), _STRANGER),
    Mutation(
        "a refused call rings nowhere",
        (
            ("?refused,${REFUSAL},1)", "?dial)"),
            (" same => n,Dial(PJSIP/${RECIPIENT}", " same => n(dial),Dial(PJSIP/+13125550153"),
        ),
        _STRANGER,
    ),
)
