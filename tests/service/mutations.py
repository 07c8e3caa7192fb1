"""Breaks each condition of the table's writes and each rule of calls once, and shows which test notices.

`python -m tests.service.mutations` prints the table of docs/reliability.md.
"""

import sys

from tests.contract.mutations import Mutation, run


def _mutation(
    rule: str, before: str, after: str, test: str, module: str = "stores/dynamodb"
) -> Mutation:
    return Mutation(
        rule=rule,
        module=module,
        before=before,
        after=after,
        tests=f"tests/service/{test}",
        package="chime_proxy_service",
    )


_ALWAYS = "attribute_exists(pk) OR attribute_not_exists(pk)"

MUTATIONS = (
    _mutation(
        "an id is used once",
        "attribute_not_exists(pk) OR kept_until <= :now",
        f"{_ALWAYS} OR kept_until <= :now",
        "test_store.py::test_add_refuses_a_taken_id",
    ),
    _mutation(
        "the id of a deleted session is free after a day",
        "attribute_not_exists(pk) OR kept_until <= :now",
        "attribute_not_exists(pk) OR (kept_until <= :now AND kept_until > :now)",
        "test_store.py::test_deleted_id_stays_taken_for_a_day",
    ),
    _mutation(
        "a participant has a number in one open session",
        "attribute_not_exists(pk) OR expires_at <= :now",
        f"{_ALWAYS} OR expires_at <= :now",
        "test_store.py::test_add_refuses_a_busy_number",
    ),
    _mutation(
        "the number of an expired session is free",
        "attribute_not_exists(pk) OR expires_at <= :now",
        "attribute_not_exists(pk) OR (expires_at <= :now AND expires_at > :now)",
        "test_allocation.py::test_expired_session_frees_its_number",
    ),
    _mutation(
        "a change is made to the state that it was decided on",
        '"ConditionExpression": "revision = :before"',
        f'"ConditionExpression": "{_ALWAYS} OR revision = :before"',
        "test_store.py::test_replace_refuses_what_changed",
    ),
    _mutation(
        "a change keeps the number only if it is the session's own",
        '"ConditionExpression": "holder = :session"',
        f'"ConditionExpression": "{_ALWAYS} OR holder = :session"',
        "test_store.py::test_replace_refuses_what_lost_its_number",
    ),
    _mutation(
        "a removal leaves the number that another session has",
        '"ConditionExpression": "holder = :session"',
        f'"ConditionExpression": "{_ALWAYS} OR holder = :session"',
        "test_store.py::test_removing_the_expired_leaves_the_taker",
    ),
    _mutation(
        "a session is removed once",
        '"ConditionExpression": "attribute_exists(session_json)"',
        f'"ConditionExpression": "{_ALWAYS} OR attribute_exists(session_json)"',
        "test_store.py::test_remove_is_done_once",
    ),
    _mutation(
        "a session that was extended is not listed as closed",
        "list_pk = :open AND expires_at <= :now",
        "list_pk = :open",
        "test_table.py::test_list_that_read_too_early_does_not_close_an_extended_session",
    ),
    _mutation(
        "a session that is listed as closed stays in its partition",
        "list_pk = :open AND expires_at <= :now",
        "expires_at <= :now",
        "test_table.py::test_removed_session_is_not_listed_again",
    ),
    _mutation(
        "a call that met another transaction is repeated",
        '"TransactionConflict",',
        "",
        "test_table.py::test_transaction_that_met_another_is_tried_again",
        module="stores/table",
    ),
    _mutation(
        "the end of an earlier call leaves the present one up",
        "if session.call.reference != end.contact.reference:",
        "if False:",
        "test_call.py::test_late_end_of_an_older_call_leaves_the_newer_one",
        module="rules",
    ),
    _mutation(
        "a call whose end nobody reports ends at the limit",
        "if session.call and now >= session.call.ends_by:",
        "if False:",
        "test_call.py::test_call_whose_end_nobody_reports_ends_at_the_limit",
        module="rules",
    ),
    _mutation(
        "a contact that is reported again is recorded once",
        "if reached.session is None or reached.is_repeated:",
        "if reached.session is None:",
        "test_call.py::test_repeated_text_is_recorded_once",
        module="service",
    ),
    _mutation(
        "a call that has ended is not connected again",
        "if is_repeated and session.call is None:",
        "if False:",
        "test_call.py::test_call_that_has_ended_is_not_connected_again",
        module="rules",
    ),
    _mutation(
        "a carrier's id, which may have a number, is not stored",
        "return sha256(self.contact_id.encode()).hexdigest()[:_REFERENCE_LENGTH]",
        "return self.contact_id",
        "test_call.py::test_carriers_id_is_not_kept",
        module="contact",
    ),
)


if __name__ == "__main__":
    sys.exit(run(MUTATIONS))
