from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from tests.local.probe import ProbeStack

FAILED = {"Status": "FAILED", "Reason": "no number is free"}


def test_failed_create_is_deleted(stack: ProbeStack) -> None:
    """A failed Create is rolled back by a Delete with the id of the FAILED answer."""
    assert stack.create(Create={**FAILED, "PhysicalResourceId": "marker"}) == "ROLLBACK_COMPLETE"
    assert stack.received() == [("Create", None), ("Delete", "marker")]
    request = stack.events()[0]["RequestId"]
    assert stack.failure() == (
        "Received response status [FAILED] from custom resource. "
        f"Message returned: no number is free (RequestId: {request})"
    )


def test_failed_create_in_an_update_is_deleted(stack: ProbeStack) -> None:
    """A resource that an update adds in vain is deleted when the update is rolled back."""
    stack.create(Include=False)
    assert stack.update(Create={**FAILED, "PhysicalResourceId": "marker"}) == (
        "UPDATE_ROLLBACK_COMPLETE"
    )
    assert stack.received() == [("Create", None), ("Delete", "marker")]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"PhysicalResourceId": ""}, "Invalid PhysicalResourceId"),
        ({"Data": {"Filling": "x" * 4096}}, "Response object is too long."),
        ({"RequestId": "another"}, "RequestId must be present and equal"),
    ],
)
def test_refused_create_is_deleted(stack: ProbeStack, answer: dict[str, Any], message: str) -> None:
    """After an answer that breaks the rules, the Delete has an id that CloudFormation invents."""
    assert stack.create(Create=answer) == "ROLLBACK_COMPLETE"
    assert message in stack.failure()
    (_, deleted) = stack.received()
    assert deleted[0] == "Delete"
    assert str(deleted[1]).startswith(f"{stack.name}-Probe-")


def test_late_answer_fails_the_create(stack: ProbeStack) -> None:
    """An answer that does not come within ServiceTimeout fails the resource."""
    stack.create(ServiceTimeout=1, Create={"Delay": 600})
    assert "did not receive a response" in stack.failure()


def test_failed_update_goes_back(stack: ProbeStack) -> None:
    """A failed Update is followed by an Update to what there was before."""
    stack.create(Size="small")
    assert stack.update(Size="large", Update=FAILED) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.received() == [("Create", None), ("Update", "made"), ("Update", "made")]
    back = stack.events()[-1]
    assert back["ResourceProperties"]["Size"] == "small"
    assert back["OldResourceProperties"]["Size"] == "large"


def test_id_of_failed_update_is_kept(stack: ProbeStack) -> None:
    """The id that a FAILED answer gives to an Update is the resource's from then on."""
    stack.create()
    stack.update(Update={**FAILED, "PhysicalResourceId": "half-made"})
    stack.delete()
    assert stack.received() == [
        ("Create", None),
        ("Update", "made"),
        ("Update", "half-made"),
        ("Delete", "half-made"),
    ]


def test_id_lost_in_rollback_is_deleted(stack: ProbeStack) -> None:
    """What a rollback replaces is deleted."""
    stack.create(Update={"PhysicalResourceId": "made"})
    stack.update(Update={**FAILED, "PhysicalResourceId": "half-made"})
    assert stack.received()[2:] == [("Update", "half-made"), ("Delete", "half-made")]


def test_undeleted_resource_is_abandoned_by_a_removal(stack: ProbeStack) -> None:
    """What an update removes and cannot delete in three attempts is the stack's no more."""
    stack.create(Delete=FAILED)
    assert stack.update(Include=False) == "UPDATE_COMPLETE"
    assert stack.received() == [("Create", None), *[("Delete", "made")] * 3]
    assert "Probe" not in stack.resources()


def test_undeleted_resource_is_abandoned_by_a_replacement(stack: ProbeStack) -> None:
    """What an update replaces and cannot delete is abandoned, and what it made is kept."""
    stack.create(Delete=FAILED)
    assert stack.update(Update={"PhysicalResourceId": "new"}) == "UPDATE_COMPLETE"
    assert stack.received()[2:] == [("Delete", "made")] * 3
    assert stack.resources()["Probe"] == "new"


def test_undeleted_resource_is_kept_by_a_rollback(stack: ProbeStack) -> None:
    """What a rollback cannot delete stays the stack's."""
    failing = {**FAILED, "PhysicalResourceId": "half-made"}
    assert stack.create(Create=failing, Delete=FAILED) == "ROLLBACK_FAILED"
    assert stack.resources()["Probe"] == "half-made"


def test_provider_of_what_a_rollback_cannot_delete_is_kept(stack: ProbeStack) -> None:
    """A resource that a rollback cannot delete keeps its provider, and can be deleted later."""
    failing = {**FAILED, "PhysicalResourceId": "half-made"}
    stack.create(Create=failing, Delete=FAILED)
    assert stack.resources().keys() == {"Probe", "Provider", "Role"}
    assert stack.delete() == "DELETE_FAILED"
    assert stack.received()[-1] == ("Delete", "half-made")


def test_stack_that_failed_to_be_deleted_cannot_be_updated(stack: ProbeStack) -> None:
    """A stack in DELETE_FAILED takes no change set, as the CDK CLI makes one for each deployment."""
    stack.create(Delete=FAILED)
    assert stack.delete() == "DELETE_FAILED"
    with pytest.raises(ClientError, match="is in DELETE_FAILED state and can not be updated"):
        stack.cloudformation.create_change_set(
            StackName=stack.name, ChangeSetName="update", UsePreviousTemplate=True
        )


def test_provider_of_what_cannot_be_deleted_is_kept(stack: ProbeStack) -> None:
    """A stack keeps the provider of a resource that it cannot delete, and asks it once more."""
    stack.create(Delete=FAILED)
    for _ in range(2):
        assert stack.delete() == "DELETE_FAILED"
        assert stack.resources().keys() == {"Probe", "Provider", "Role"}
    assert stack.received() == [("Create", None), ("Delete", "made"), ("Delete", "made")]


def test_changed_service_token_is_refused(stack: ProbeStack) -> None:
    """An update that names another provider fails, and neither provider is asked anything."""
    stack.create()
    assert stack.update(Provider="OtherProvider") == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.failure() == "Modifying service token is not allowed."
    assert stack.received() == [("Create", None)]
    assert stack.delete() == "DELETE_COMPLETE"


def test_changed_type_is_refused(stack: ProbeStack) -> None:
    """An update that gives a resource another type does not begin."""
    stack.create()
    with pytest.raises(ClientError, match=r"modifies resource type .*: \[Probe\]"):
        stack.update(Type="Custom::AnotherProbe")
    assert stack.received() == [("Create", None)]


@pytest.mark.parametrize("seconds", [0, 3601, "soon"])
def test_impossible_service_timeout_creates_nothing(stack: ProbeStack, seconds: object) -> None:
    """A resource that cannot be waited for is not asked for, and leaves a stack to delete."""
    assert stack.create(ServiceTimeout=seconds) == "ROLLBACK_COMPLETE"
    assert "ServiceTimeout must be" in stack.failure()
    assert not stack.journal.exists()
    assert stack.delete() == "DELETE_COMPLETE"


def test_impossible_service_timeout_changes_nothing(stack: ProbeStack) -> None:
    """An update to a ServiceTimeout that cannot be leaves the resource as it was."""
    stack.create()
    assert stack.update(ServiceTimeout=0) == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.received() == [("Create", None)]
    assert stack.delete() == "DELETE_COMPLETE"


def test_rollback_is_continued(stack: ProbeStack) -> None:
    """A rollback that failed can be continued, as by `cdk rollback`, which skips no resource."""
    stack.create(Update=FAILED)
    assert stack.update(Size="large", Update=FAILED) == "UPDATE_ROLLBACK_FAILED"
    stack.cloudformation.continue_update_rollback(StackName=stack.name, ResourcesToSkip=[])


def test_response_url_tells_when_it_was_signed(stack: ProbeStack) -> None:
    """A ResponseURL tells when it was signed."""
    stack.create()
    signed = parse_qs(urlsplit(stack.events()[0]["ResponseURL"]).query)["X-Amz-Date"][0]
    age = datetime.now(UTC) - datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_function_sees_nothing_of_the_checkout(stack: ProbeStack) -> None:
    """A function sees no package and no variable of the checkout or of who started the cloud."""
    stack.create()
    event = stack.events()[0]
    assert not [entry for entry in event["SysPath"] if ".venv" in entry]
    assert event["Environment"].keys().isdisjoint({"USER", "PYTHONPATH", "VIRTUAL_ENV"})
    assert event["Environment"]["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert event["Environment"]["HOME"] != str(Path.home())
