"""Makes an adapter leak in one way at a time, and shows that the conformance test notices.

`python -m tests.telephony.mutations` prints the table of docs/calls.md. `test_mutations.py` does the
same without a process for each.
"""

import sys

from tests.contract.mutations import Mutation, run

_TESTS = "tests/telephony/test_conformance.py"
_CALL = f"{_TESTS}::test_answered_call_shows_the_proxy_number_alone"
_UNANSWERED = f"{_TESTS}::test_unanswered_call_tells_the_caller_and_nothing_else"
_FALLBACK = f"{_TESTS}::test_fallback_sees_the_proxy_number_alone"
_REFUSED_CALL = f"{_TESTS}::test_refused_call_is_told_so_and_rings_nowhere"
_TEXT = f"{_TESTS}::test_text_arrives_whole_and_alone"
_REFUSED_TEXT = f"{_TESTS}::test_refused_text_reaches_nobody"

_NUMBER = 'SubElement(dial, "Number").text = fate.recipient'
_BODY = '_NOT_XML.sub("", form.get("Body", ""))'


def _mutation(rule: str, before: str, after: str, tests: str) -> Mutation:
    return Mutation(
        rule=rule,
        module="telephony/twiml",
        before=before,
        after=after,
        tests=tests,
        package="chime_proxy_service",
    )


def _with_field(rule: str, name: str, value: str) -> Mutation:
    """Send a field of the caller's along to the callee."""
    return _mutation(
        rule, _NUMBER, f'{_NUMBER}; dial[0].set("{name}", form.get("{value}", ""))', _CALL
    )


MUTATIONS = (
    _mutation(
        "the callee's phone shows the proxy number",
        "            callerId=fate.shown_number,\n",
        "",
        _CALL,
    ),
    _mutation(
        "the callee's phone does not show the caller's number",
        "callerId=fate.shown_number",
        'callerId=form["From"]',
        _CALL,
    ),
    _mutation(
        "the callee's phone does not show the caller's name",
        "callerId=fate.shown_number",
        "callerId=f\"{fate.shown_number} {form['CallerName']}\"",
        _CALL,
    ),
    _with_field(
        "the caller's P-Asserted-Identity stays behind", "x", "SipHeader_P-Asserted-Identity"
    ),
    _with_field("the caller's Remote-Party-ID stays behind", "x", "SipHeader_Remote-Party-ID"),
    _with_field("the caller's Diversion stays behind", "x", "SipHeader_Diversion"),
    _with_field("the caller's History-Info stays behind", "x", "SipHeader_History-Info"),
    _with_field("the caller's Identity stays behind", "x", "SipHeader_Identity"),
    _with_field("the caller's PASSporT stays behind", "x", "StirPassportToken"),
    _with_field(
        "the caller's custom headers stay behind", "x", "SipHeader_X-Original-Calling-Number"
    ),
    _with_field("the caller's city stays behind", "x", "FromCity"),
    _with_field("a field without anybody's data stays behind", "sendDigits", "Nothing"),
    _mutation(
        "the caller is not told the callee's number",
        '        response = Element("Response")\n        dial',
        '        response = Element("Response")\n'
        '        SubElement(response, "Say").text = " ".join(fate.recipient)\n        dial',
        _CALL,
    ),
    _mutation(
        "the callee's name does not come back",
        "return self._spoken(self._sentences[outcome])",
        'return self._spoken(self._sentences[outcome] + form.get("DialSipHeader_P-Asserted-Identity", ""))',
        _UNANSWERED,
    ),
    _mutation(
        "the callee's headers do not come back",
        'return self._spoken("")',
        'return self._spoken(form.get("DialSipHeader_X-Account", ""))',
        _CALL,
    ),
    _mutation(
        "a call that nobody takes is told so",
        "return self._spoken(self._sentences[outcome])",
        'return self._spoken("")',
        _UNANSWERED,
    ),
    _mutation(
        "the end of a call is reported",
        "self._switchboard.end(end)",
        "pass",
        _CALL,
    ),
    _mutation(
        "the end of a call to the fall-back number is reported",
        '"call-ended?reached=fallback"',
        '"call-ended"',
        _FALLBACK,
    ),
    _mutation(
        "a refused call is told so",
        "return self._spoken(self._sentences[fate])",
        'return self._spoken("")',
        _REFUSED_CALL,
    ),
    _mutation(
        "a refused call rings nowhere",
        "        if isinstance(fate, Refusal):\n            return self._spoken(self._sentences[fate])\n",
        "        if isinstance(fate, Refusal):\n"
        '            fate = Connection(recipient="+13125550153", shown_number=form["To"], session=None)\n',
        _REFUSED_CALL,
    ),
    _mutation("a side of which nothing is captured is noticed", _NUMBER, "pass", _CALL),
    _mutation(
        "a text shows the proxy number",
        '"from": connection.shown_number',
        '"from": form["From"]',
        _TEXT,
    ),
    _mutation(
        "a text does not go back to its sender",
        '"to": connection.recipient',
        '"to": form["From"]',
        _TEXT,
    ),
    _mutation(
        "a text has its words alone",
        _BODY,
        'form["ProfileName"] + ": " + form.get("Body", "")',
        _TEXT,
    ),
    _mutation("a text has its words", _BODY, '""', _TEXT),
    _mutation(
        "a text has its own media alone",
        'SubElement(message, "Media").text = address',
        'SubElement(message, "Media").text = address + "?" + form["WaId"]',
        _TEXT,
    ),
    _mutation(
        "the sender's fields stay out of the attributes of a text",
        '            "to": connection.recipient,\n',
        '            "to": connection.recipient,\n            "label": form["Label"],\n',
        _TEXT,
    ),
    _mutation(
        "the sender of a refused text is told so",
        'SubElement(response, "Message").text = self._sentences[fate]',
        "pass",
        _REFUSED_TEXT,
    ),
    _mutation(
        "a stranger's text is not answered",
        "elif fate is not Refusal.UNKNOWN:",
        "else:",
        _REFUSED_TEXT,
    ),
)


if __name__ == "__main__":
    sys.exit(run(MUTATIONS))
