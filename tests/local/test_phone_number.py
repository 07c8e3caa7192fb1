"""Participants whose numbers stand in a secret and in a secure parameter, really deployed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.local.hidden_rides import (
    FIELD,
    MISSING_PARAMETER,
    MISSING_SECRET,
    PARAMETER,
    SECRET,
)
from tests.local.rides import without_permission
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack

RIDER, ANOTHER_RIDER, DRIVER = "+12065550161", "+12065550162", "+14015550163"
NUMBERS = {RIDER, DRIVER}


@dataclass(frozen=True, slots=True)
class Stores:
    """Where the numbers are kept."""

    secrets: Any
    parameters: Any

    @classmethod
    def of(cls, cloud: RunningCloud) -> "Stores":
        """Return the stores of a cloud."""
        return cls(cloud.client("secretsmanager"), cloud.client("ssm"))

    def fill(self) -> None:
        """Make the secret and the parameter."""
        self.secrets.create_secret(Name=SECRET, SecretString=_secret(RIDER))
        self.parameters.put_parameter(Name=PARAMETER, Value=DRIVER, Type="SecureString")

    def rotate(self, rider: str) -> None:
        """Give the secret another number."""
        self.secrets.put_secret_value(SecretId=SECRET, SecretString=_secret(rider))

    def empty(self) -> None:
        """Delete the secret and the parameter."""
        self.secrets.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
        self.parameters.delete_parameter(Name=PARAMETER)


@pytest.fixture
def stores(rides_cloud: RunningCloud) -> Iterator[Stores]:
    """Keep a number in each store, and none afterwards."""
    stores = Stores.of(rides_cloud)
    stores.fill()
    yield stores
    stores.empty()


@pytest.fixture
def stack(new_stack: SessionStack, stores: Stores) -> Iterator[SessionStack]:
    """Name a stack that does not exist, and check that no session is left of it afterwards."""
    assert stores
    yield new_stack
    new_stack.delete()
    assert new_stack.existing() == set()


def _secret(number: str) -> str:
    return json.dumps({"name": "Ada", FIELD: number})


def _shown(text: str) -> set[str]:
    return {number for number in (RIDER, ANOTHER_RIDER, DRIVER) if number[1:] in text}


def _logged(cloud: RunningCloud) -> str:
    """Return all that functions have logged."""
    logs = cloud.client("logs")
    groups = logs.describe_log_groups()["logGroups"]
    pages = [logs.filter_log_events(logGroupName=one["logGroupName"]) for one in groups]
    return json.dumps([event["message"] for page in pages for event in page["events"]])


def test_numbers_stand_nowhere(stack: SessionStack, rides_cloud: RunningCloud) -> None:
    """A session is made and deleted, and its numbers are in nothing that tells of the stack."""
    assert stack.create("hidden") == "CREATE_COMPLETE"
    assert stack.sessions() == stack.existing()
    assert stack.participants() == NUMBERS
    assert stack.outputs()["Participants"] == " and "
    told = stack.told() + _logged(rides_cloud)
    assert "answered" in told
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.existing() == set()
    assert _shown(told) == set()


def test_attributes_reveal_numbers_where_asked(stack: SessionStack) -> None:
    """The attributes show the numbers, in the order declared, where the resource asks for it."""
    stack.create("revealed")
    assert stack.outputs()["Participants"] == f"{RIDER} and {DRIVER}"
    assert _shown(stack.told()) == NUMBERS
    assert _shown(stack.templates["revealed"]) == set()


def test_rotated_number_gets_a_new_session(stack: SessionStack, stores: Stores) -> None:
    """A number that has changed in its secret is a new session's after the next update."""
    stack.create("hidden")
    before = stack.sessions()
    stores.rotate(ANOTHER_RIDER)
    assert stack.participants() == {RIDER, DRIVER}
    assert stack.update("hidden-texting") == "UPDATE_COMPLETE"
    assert stack.participants() == {ANOTHER_RIDER, DRIVER}
    assert stack.sessions() == stack.existing() != before
    assert _shown(stack.told()) == set()


@pytest.fixture(scope="module")
def reasons(new_stack: SessionStack, rides_cloud: RunningCloud) -> dict[str, str]:
    """Create all stacks at once that fail after many repetitions; return each one's reason."""
    stores = Stores.of(rides_cloud)
    stores.fill()
    templates = {
        "no-secret": new_stack.templates["missing-secret"],
        "no-parameter": new_stack.templates["missing-parameter"],
        "forbidden-secret": without_permission(new_stack.templates["hidden"], ":secret:"),
        "forbidden-parameter": without_permission(new_stack.templates["hidden"], ":parameter/"),
    }
    stacks = [replace(new_stack, name=name) for name in templates]
    for stack in stacks:
        stack.begin(templates[stack.name])
    assert {stack.created() for stack in stacks} == {"ROLLBACK_COMPLETE"}
    assert new_stack.existing() == set()
    stores.empty()
    reasons = {stack.name: stack.failures() for stack in stacks}
    assert {stack.delete() for stack in stacks} == {"DELETE_COMPLETE"}
    return reasons


@pytest.mark.parametrize(
    ("stack_name", "missing"),
    [("no-secret", MISSING_SECRET), ("no-parameter", MISSING_PARAMETER)],
)
def test_missing_number_fails_the_deployment(
    reasons: dict[str, str], stack_name: str, missing: str
) -> None:
    """A deployment without its secret or parameter fails, names it, and leaves nothing behind."""
    assert f"{missing} cannot be read" in reasons[stack_name]


@pytest.mark.parametrize(
    ("stack_name", "action"),
    [
        ("forbidden-secret", "secretsmanager:GetSecretValue"),
        ("forbidden-parameter", "ssm:GetParameter"),
    ],
)
def test_role_decides_what_is_read(reasons: dict[str, str], stack_name: str, action: str) -> None:
    """Without the policy for what it refers to a session is not created, and IAM says why."""
    assert f"is not authorized to perform: {action} " in reasons[stack_name]


def test_malformed_number_fails_and_is_not_told(stack: SessionStack, stores: Stores) -> None:
    """A secret that is no number fails the deployment, and nothing that it holds is told."""
    stores.rotate(f"tel:{RIDER}")
    assert stack.create("hidden") == "ROLLBACK_COMPLETE"
    assert "ParticipantPhoneNumbers[0] must be" in stack.failures()
    assert _shown(stack.told()) == set()


def test_session_outlives_a_malformed_number(stack: SessionStack, stores: Stores) -> None:
    """A session that is there stays when its secret is no number any more, and can be deleted."""
    stack.create("hidden")
    before = stack.sessions()
    stores.rotate(f"tel:{ANOTHER_RIDER}")
    assert stack.update("hidden-texting") != "UPDATE_COMPLETE"
    assert "ParticipantPhoneNumbers[0] must be" in stack.failures()
    assert stack.sessions() == stack.existing() == before
    assert _shown(stack.told()) == set()
    assert stack.delete() == "DELETE_COMPLETE"


def test_deletion_reads_nothing(stack: SessionStack, stores: Stores) -> None:
    """A stack is deleted although its secret and its parameter are gone."""
    stack.create("hidden")
    stores.empty()
    assert stack.delete() == "DELETE_COMPLETE"
    stores.fill()
