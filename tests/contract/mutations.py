"""Breaks each rule of the provider once, and shows which test notices.

`python -m tests.contract.mutations` prints the table of docs/reliability.md. Each mutation is made
in a copy of `lambda/`, which the tests named for it are then run against.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

_ROOT = Path(__file__).parents[2]
_SEQUENCES = "tests/contract/test_sequences.py"
_CONFIGURATIONS = "tests/contract/test_configurations.py"
_KEYS = "tests/contract/test_idempotency_keys.py"
_FAULTS = "tests/provider/test_faults.py"
_EVENT = "tests/provider/test_event.py"
_ANSWER = "tests/provider/test_answer.py"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One rule, where it is kept, how it is broken, and the tests that must notice."""

    rule: str
    module: str
    before: str
    after: str
    tests: str
    package: str = "chime_proxy_provider"


MUTATIONS = (
    Mutation(
        "an event that may not be the first looks before it creates",
        "proxy_session/creation",
        "if not is_fresh(",
        "if False and not is_fresh(",
        f"{_SEQUENCES}::test_faults_on_create",
    ),
    Mutation(
        "a fresh event costs one call",
        "proxy_session/creation",
        "if not is_fresh(",
        "if True or not is_fresh(",
        "tests/provider/test_create.py::test_one_call",
    ),
    Mutation(
        "a search that fails leaves the outcome unknown",
        "proxy_session/creation",
        "error.outcome_unknown = True",
        "error.outcome_unknown = False",
        f"{_SEQUENCES}::test_search_that_fails",
    ),
    Mutation(
        "a session whose answer was lost is looked for",
        "proxy_session/creation",
        "lost = self._find(named)",
        "lost = None",
        f"{_SEQUENCES}::test_lost_answer_costs_no_second_session",
    ),
    Mutation(
        "CreateProxySession is not repeated blindly",
        "proxy_session/api",
        "PASSING_WITH_PERMISSION if self.knows_keys else _NOT_TAKEN",
        "PASSING_WITH_PERMISSION",
        f"{_SEQUENCES}::test_lost_answer_costs_no_second_session",
    ),
    Mutation(
        "a service that knows idempotency keys is asked again for a creation",
        "proxy_session/api",
        "PASSING_WITH_PERMISSION if self.knows_keys else _NOT_TAKEN",
        "_NOT_TAKEN",
        f"{_KEYS}::test_creation_without_an_answer_is_repeated",
    ),
    Mutation(
        "every delivery of a request has one idempotency key, and no other request",
        "proxy_session/name",
        "{address.logical_resource_id}|{address.request_id}",
        "{address.logical_resource_id}",
        "tests/provider/test_idempotency_key.py::test_key_depends_on_stack_resource_and_request",
    ),
    Mutation(
        "a conflict says that a session may exist",
        "aws/error_mapping",
        '    "ConflictException": ResourceConflict,\n',
        "",
        f"{_KEYS}::test_conflict_says_that_a_session_may_exist",
    ),
    Mutation(
        "API Gateway's refusal is IAM's",
        "aws/error_mapping",
        " or _is_api_gateways(error)",
        "",
        "tests/provider/test_gateway.py::test_gateways_403_is_iams",
    ),
    Mutation(
        "an invented id is swept for by name",
        "lifecycle/deletion",
        "not says_nothing_created(physical_id) and",
        "False and",
        f"{_SEQUENCES}::test_cancelled_create",
    ),
    Mutation(
        "a sweep looks twice",
        "lifecycle/deletion",
        "self.sleep(_SECOND_LOOK_SECONDS)\n                self._sweep(request)",
        "self.sleep(_SECOND_LOOK_SECONDS)",
        f"{_SEQUENCES}::test_cancelled_create",
    ),
    Mutation(
        "a sweep spares other stacks and resources",
        "proxy_session/name",
        'f"{address.stack_id}|{address.logical_resource_id}"',
        '"everybody"',
        f"{_SEQUENCES}::test_cancelled_create_of_others",
    ),
    Mutation(
        "a sweep spares sessions that the user named",
        "proxy_session/resource",
        'or request.properties.get("Name")',
        "",
        "tests/provider/test_delete.py::test_sweep_spares_named_sessions",
    ),
    Mutation(
        "what is gone is deleted",
        "lifecycle/deletion",
        "with suppress(NotFound):",
        "with suppress():",
        "tests/provider/test_delete.py::test_gone_is_done",
    ),
    Mutation(
        "a marker of nothing costs no call",
        "cloudformation/marker_id",
        "return physical_id.startswith(_NOTHING_CREATED)",
        "return False",
        f"{_SEQUENCES}::test_failed_create",
    ),
    Mutation(
        "a failed update keeps the session on rollback",
        "proxy_session/rollback",
        "                return True\n            return not",
        "                return False\n            return not",
        f"{_SEQUENCES}::test_failed_update_keeps_the_number",
    ),
    Mutation(
        "a failed update keeps an adopted session on rollback",
        "proxy_session/rollback",
        "return has_all and",
        "return False and",
        f"{_SEQUENCES}::test_failed_update_of_an_adopted",
    ),
    Mutation(
        "a rolled back replacement returns to the adopted session",
        "proxy_session/rollback",
        "return adopted if adopted and",
        "return None if adopted and",
        f"{_SEQUENCES}::test_rollback_to_an_adopted",
    ),
    Mutation(
        "a rolled back replacement returns to the first session",
        "proxy_session/rollback",
        "if not _is_same(session, current) and self._is_made_of(session, properties):",
        "if False:",
        f"{_SEQUENCES}::test_rollback_after_success",
    ),
    Mutation(
        "a rollback deletes what the failed attempt left",
        "proxy_session/resource",
        "rollback.sessions.delete(key_of(session))",
        "pass",
        f"{_SEQUENCES}::test_failed_replacement",
    ),
    Mutation(
        "a late repetition touches nothing that is younger than it",
        "proxy_session/rollback",
        "and _is_older(session, self._sent)",
        "",
        f"{_SEQUENCES}::test_repetition_after_a_rollback",
    ),
    Mutation(
        "a closed session is made anew",
        "proxy_session/api",
        'return None if session.get("Status") == "Closed" else session',
        "return session",
        "tests/provider/test_update.py::test_refresh_of_an_expired_session",
    ),
    Mutation(
        "an event that nobody waits for does nothing",
        "cloudformation/request_age",
        "now - signed > patience",
        "False",
        f"{_FAULTS}::test_event_after_its_deadline_does_nothing",
    ),
    Mutation(
        "what is made after a time-out is taken back",
        "handler",
        "if created and not _is_reported(",
        "if False and not _is_reported(",
        "tests/provider/test_time.py::test_hanging_api",
    ),
    Mutation(
        "an event gets one answer",
        "cloudformation/response",
        "if not self.answer:",
        "if True:",
        f"{_ANSWER}::test_first_answer_counts",
    ),
    Mutation(
        "a refused answer is not delivered",
        "cloudformation/response",
        "if response.status >=",
        "if False and response.status >=",
        f"{_ANSWER}::test_refused_answer_is_not_delivered_and_not_repeated",
    ),
    Mutation(
        "an undelivered success is delivered again",
        "handler",
        "if delivery.failure and _may_be_repeated",
        "if False and _may_be_repeated",
        f"{_SEQUENCES}::test_faults_on_the_answer",
    ),
    Mutation(
        "an undelivered failure is not made a success",
        "handler",
        'return delivery.answer["Status"] == "SUCCESS" or',
        "return True or",
        f"{_SEQUENCES}::test_failure_whose_answer_was_lost",
    ),
    Mutation(
        "an answer has 4096 bytes at the most",
        "cloudformation/response",
        "if len(encode(answer)) <= LIMIT_BYTES:",
        "if True:",
        f"{_ANSWER}::test_too_long",
    ),
    Mutation(
        "a new role is waited for",
        "proxy_session/api",
        "_NOT_TAKEN = (Throttling, AccessDenied)",
        "_NOT_TAKEN = (Throttling,)",
        f"{_FAULTS}::test_new_role",
    ),
    Mutation(
        "a refusal of IAM is never let pass",
        "aws/error_mapping",
        "AccessDenied(text) if is_iams else GeneralServiceException(text)",
        "GeneralServiceException(text)",
        f"{_FAULTS}::test_missing_permission_to_delete",
    ),
    Mutation(
        "a refusal of the API fails a Delete unless it is let pass",
        "lifecycle/deletion",
        "if RefusedDeletion.of(self.refused) is RefusedDeletion.FAIL:",
        "if False:",
        "tests/provider/test_delete.py::test_refused_delete_fails_and_names_the_way_out",
    ),
    Mutation(
        "an event that cannot be answered is not answered elsewhere",
        "cloudformation/event",
        'if not url.startswith(("https://", "http://")):',
        "if False:",
        f"{_EVENT}::test_event_without_an_address_is_counted_and_not_answered",
    ),
    Mutation(
        "no phone number is in a Reason",
        "redaction",
        '_PHONE_NUMBER.sub("[phone number]", text)',
        "text",
        "tests/provider/test_redaction.py::test_e164_number_is_replaced",
    ),
    Mutation(
        "a Create with an unknown end is swept for by its own name alone",
        "proxy_session/resource",
        "if interrupted:",
        "if False and interrupted:",
        "tests/contract/test_handler_contract.py::test_delete_of_an_interrupted_create",
    ),
    Mutation(
        "what an earlier request made is found when the session is gone",
        "proxy_session/resource",
        "found = self._rollback(update).other_session(None)",
        "found = None",
        f"{_SEQUENCES}::test_rollback_that_a_repetition_spoils",
    ),
    Mutation(
        "an expiry that is given back brings the first session back",
        "lifecycle/change",
        "change is Change.REPLACEMENT or is_removed(schema, new, old)",
        "change is Change.REPLACEMENT",
        f"{_SEQUENCES}::test_rollback_after_success",
    ),
    Mutation(
        "a replacement is made, not adopted",
        "proxy_session/resource",
        "if session_id and request.request_type is RequestType.CREATE:",
        "if session_id:",
        f"{_SEQUENCES}::test_replacement_of_an_adopted",
    ),
    Mutation(
        "a configuration that is there already is left alone",
        "voice_connector_proxy/resource",
        'if not desired.declared.get("AdoptExisting"):',
        "if False:",
        f"{_CONFIGURATIONS}::test_existing_configuration_fails_a_create_and_survives_it",
    ),
    Mutation(
        "a configuration that may have been made has its own id",
        "voice_connector_proxy/resource",
        "error.possible_physical_id = SCHEMA.identifier.physical_id(self.key({}, desired))",
        "pass",
        f"{_CONFIGURATIONS}::test_create_whose_end_is_unknown",
    ),
    Mutation(
        "what one attempt may have done is not forgotten when the next is refused",
        "aws/retry",
        "is_unknown or error.outcome_unknown",
        "error.outcome_unknown",
        f"{_CONFIGURATIONS}::test_create_whose_end_is_unknown",
    ),
    Mutation(
        "the configuration of another connector comes back on rollback",
        "voice_connector_proxy/resource",
        "return None if _differing(existing, desired) - desired.referring else wanted",
        "return None",
        f"{_CONFIGURATIONS}::test_rollback_after_success",
    ),
    Mutation(
        "what a secret held before is shown by no attribute",
        "lifecycle/attributes",
        "if name not in hidden",
        "",
        "tests/provider/test_voice_connector_proxy.py::test_rotated_secret",
    ),
    Mutation(
        "what may have been made, and nobody is told of, is taken back",
        "handler",
        "is_told and (delivery.failure is None or _may_be_repeated(event, delivery))",
        "is_told",
        f"{_CONFIGURATIONS}::test_unknown_end_that_nobody_is_told_of",
    ),
)


def run(mutations: Sequence[Mutation]) -> int:
    """Make every mutation, print the table, and say by the exit code whether all were noticed."""
    print("| Rule | Broken in | Noticed by |")
    print("|---|---|---|")
    missed = [mutation for mutation in mutations if not _is_noticed(mutation)]
    for mutation in missed:
        print(f"NOT NOTICED: {mutation.rule}", file=sys.stderr)
    return bool(missed)


def _is_noticed(mutation: Mutation) -> bool:
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / "lambda"
        shutil.copytree(_ROOT / "lambda", copy, ignore=shutil.ignore_patterns("__pycache__"))
        noticed = _fails(mutation, copy, mutated=True) and not _fails(
            mutation, _ROOT / "lambda", mutated=False
        )
    test = mutation.tests.rpartition("/")[2].replace(".py::", "::")
    print(f"| {mutation.rule} | `{mutation.module}.py` | `{test}` |", flush=True)
    return noticed


def _fails(mutation: Mutation, source: Path, *, mutated: bool) -> bool:
    if mutated:
        path = source / mutation.package / f"{mutation.module}.py"
        text = path.read_text(encoding="utf-8")
        assert text.count(mutation.before) == 1, f"{mutation.rule}: no such place in {path.name}"
        path.write_text(text.replace(mutation.before, mutation.after), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", mutation.tests]
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.returncode == 1


if __name__ == "__main__":
    sys.exit(run(MUTATIONS))
