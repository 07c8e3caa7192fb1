"""Participants whose numbers stand in a secret and in a secure parameter, really deployed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.local.checkout import Checkout
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

pytestmark = pytest.mark.usefixtures("stores")


@dataclass(frozen=True, slots=True)
class Stores:
    """Where the numbers are kept."""

    secrets: Any
    parameters: Any

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
def stores(checkout: Checkout, port: int) -> Iterator[Stores]:
    """Keep a number in each store, and none afterwards."""
    cloud = RunningCloud(checkout.folder, port)
    stores = Stores(cloud.client("secretsmanager"), cloud.client("ssm"))
    stores.fill()
    yield stores
    stores.empty()


@pytest.fixture
def stack(new_stack: SessionStack) -> Iterator[SessionStack]:
    """Name a stack that does not exist, and check that no session is left of it afterwards."""
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


def test_numbers_stand_nowhere(stack: SessionStack, checkout: Checkout, port: int) -> None:
    """A session is made and deleted, and its numbers are in nothing that tells of the stack."""
    deployed = checkout.cdk("deploy --require-approval never", "hidden")
    assert deployed.returncode == 0, deployed.stdout
    assert stack.sessions() == stack.existing()
    assert stack.participants() == NUMBERS
    assert stack.outputs()["Participants"] == " and "
    told = stack.told() + _logged(RunningCloud(checkout.folder, port))
    assert "answered" in told
    destroyed = checkout.cdk("destroy --force", "hidden")
    assert destroyed.returncode == 0, destroyed.stdout
    assert stack.existing() == set()
    assert _shown(told + deployed.stdout + destroyed.stdout) == set()


def test_revealed(stack: SessionStack) -> None:
    """The attributes show the numbers, in the order declared, where the resource asks for it."""
    stack.create("revealed")
    assert stack.outputs()["Participants"] == f"{RIDER} and {DRIVER}"
    assert _shown(stack.told()) == NUMBERS
    assert _shown(stack.templates["revealed"]) == set()


def test_rotation(stack: SessionStack, stores: Stores) -> None:
    """A number that has changed in its secret is a new session's after the next update."""
    stack.create("hidden")
    before = stack.sessions()
    stores.rotate(ANOTHER_RIDER)
    assert stack.participants() == {RIDER, DRIVER}
    assert stack.update("hidden-texting") == "UPDATE_COMPLETE"
    assert stack.participants() == {ANOTHER_RIDER, DRIVER}
    assert stack.sessions() == stack.existing() != before
    assert _shown(stack.told()) == set()


@pytest.mark.parametrize(
    ("state", "missing"),
    [("missing-secret", MISSING_SECRET), ("missing-parameter", MISSING_PARAMETER)],
)
def test_missing(stack: SessionStack, checkout: Checkout, state: str, missing: str) -> None:
    """A deployment without its secret or parameter fails, names it, and leaves nothing behind."""
    deployed = checkout.cdk("deploy --require-approval never", state)
    assert deployed.returncode == 1
    assert f"{missing} cannot be read" in " ".join(deployed.stdout.split())
    assert stack.status() == "ROLLBACK_COMPLETE"
    assert stack.existing() == set()


def test_malformed(stack: SessionStack, stores: Stores) -> None:
    """A secret that is no number fails the deployment, and nothing that it holds is told."""
    stores.rotate(f"tel:{RIDER}")
    assert stack.create("hidden") == "ROLLBACK_COMPLETE"
    assert "ParticipantPhoneNumbers[0] must be" in stack.failures()
    assert _shown(stack.told()) == set()


def test_malformed_later(stack: SessionStack, stores: Stores) -> None:
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


@pytest.mark.parametrize(
    ("resource", "action"),
    [(":secret:", "secretsmanager:GetSecretValue"), (":parameter/", "ssm:GetParameter")],
)
def test_role_decides(stack: SessionStack, resource: str, action: str) -> None:
    """Without the policy for what it refers to a session is not created, and IAM says why."""
    stack.begin(without_permission(stack.templates["hidden"], resource))
    assert stack.created() == "ROLLBACK_COMPLETE"
    assert f"is not authorized to perform: {action} " in stack.failures()
    assert stack.existing() == set()
