import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from tests.folders import ROOT
from tests.local.plain_stack import PlainStack
from tests.local.release_code import upload_code
from tests.local.running_cloud import RunningCloud
from tools.template.release import Release, write

from chime_proxy.sdk import client
from chime_proxy_local.health import endpoint

EXAMPLES = ROOT / "examples" / "cloudformation"
CONNECTOR, ANOTHER = "pppppp1ghij2klmno3pqr4", "qqqqqq1ghij2klmno3pqr4"
PAIR = {"FirstParticipant": "+14015550101", "SecondParticipant": "+12065550100"}
NUMBERS = ",".join(f"+1206555013{digit}" for digit in range(10))
NOBODYS = "+14015550101"
BUCKET = "plain-templates"

Deploy = Callable[..., PlainStack]


@pytest.fixture(scope="module")
def cloudformation(cloud: RunningCloud) -> Any:
    """CloudFormation's API."""
    return cloud.client("cloudformation")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    """The templates and their code, by the name of the stack."""
    return {one.kind.stack_name: one for one in write(tmp_path_factory.mktemp("dist"))}


@pytest.fixture(scope="module")
def keys(cloud: RunningCloud, releases: dict[str, Release]) -> dict[str, str]:
    """The parameters of the uploaded code, in a bucket that is for templates, too."""
    return upload_code(releases["ChimeProxyService"], cloud.client("s3"), BUCKET)


@pytest.fixture(scope="module")
def installed(
    cloudformation: Any, releases: dict[str, Release], keys: dict[str, str]
) -> Iterator[PlainStack]:
    """The service and its provider, installed from what `make template` writes."""
    template = releases["ChimeProxyService"].template
    service = PlainStack(cloudformation, "ChimeProxyService", template)
    status = service.create(**keys, PhoneNumbers=NUMBERS)
    assert status == "CREATE_COMPLETE", service.failures()
    for connector in (CONNECTOR, ANOTHER):
        _configure(_api(service), connector)
    yield service
    assert service.delete() == "DELETE_COMPLETE"


@pytest.fixture
def deploy(installed: PlainStack) -> Iterator[Deploy]:
    """Creates a stack of an example, and deletes it after the test."""
    stacks: list[PlainStack] = []

    def created(template: Path, expected: str = "CREATE_COMPLETE", **given: str) -> PlainStack:
        name = f"plain-{uuid4().hex[:8]}"
        stack = PlainStack(installed.cloudformation, name, template)
        stacks.append(stack)
        assert stack.create(**given) == expected, stack.failures()
        return stack

    yield created
    for stack in reversed(stacks):
        assert stack.delete() == "DELETE_COMPLETE"


@pytest.fixture
def api(installed: PlainStack) -> Any:
    """The API of the service."""
    return _api(installed)


@pytest.fixture
def rides(cloud: RunningCloud, tmp_path: Path) -> Path:
    """The example of nested stacks, packaged."""
    session = (EXAMPLES / "session.yaml").read_bytes()
    cloud.client("s3").put_object(Bucket=BUCKET, Key="session.yaml", Body=session)
    packaged = tmp_path / "rides.yaml"
    url = f"{endpoint(cloud.port)}/{BUCKET}/session.yaml"
    text = (EXAMPLES / "rides.yaml").read_text()
    packaged.write_text(text.replace("TemplateURL: session.yaml", f"TemplateURL: {url}"))
    return packaged


def sessions(api: Any, connector: str) -> dict[str, str]:
    """The sessions of a connector: each one's second participant, by its id."""
    listed = api.list_proxy_sessions(VoiceConnectorId=connector)["ProxySessions"]
    return {one["ProxySessionId"]: one["Participants"][1]["PhoneNumber"] for one in listed}


def _api(service: PlainStack) -> Any:
    outputs = service.outputs().items()
    (address,) = (value for name, value in outputs if name.startswith("ServiceEndpointUrl"))
    return client(address)


def _configure(api: Any, connector: str) -> None:
    api.put_voice_connector_proxy(
        VoiceConnectorId=connector,
        DefaultSessionExpiryMinutes=60,
        PhoneNumberPoolCountries=["US"],
    )


def test_outputs_are_those_of_the_session(deploy: Deploy, api: Any) -> None:
    """The outputs are those of the session that the API shows."""
    stack = deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)

    session_id = stack.outputs()["ProxySessionId"]
    session = api.get_proxy_session(VoiceConnectorId=CONNECTOR, ProxySessionId=session_id)
    (number,) = {one["ProxyPhoneNumber"] for one in session["ProxySession"]["Participants"]}
    assert stack.outputs()["ProxyPhoneNumber"] == number
    assert session["ProxySession"]["ExpiryMinutes"] == 60


def test_metrics_are_missing_as_the_page_says(deploy: Deploy, cloud: RunningCloud) -> None:
    """The local cloud makes no metrics of the function's log, and the docs list that."""
    deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)

    page = (ROOT / "docs" / "local-cloud.md").read_text(encoding="utf-8")
    differing = page.partition("## What differs from AWS")[2].partition("\n## ")[0]
    assert cloud.client("cloudwatch").list_metrics(Namespace="ChimeProxy")["Metrics"] == []
    assert "`aws cloudwatch list-metrics --namespace ChimeProxy` is empty" in differing


def test_other_expiry_keeps_the_session(deploy: Deploy, api: Any) -> None:
    """Another expiry keeps the session."""
    stack = deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)
    before = sessions(api, CONNECTOR)

    assert stack.update(ExpiryMinutes="90") == "UPDATE_COMPLETE"

    assert sessions(api, CONNECTOR) == before
    (session,) = api.list_proxy_sessions(VoiceConnectorId=CONNECTOR)["ProxySessions"]
    assert session["ExpiryMinutes"] == 90


def test_other_participant_gets_a_new_session(deploy: Deploy, api: Any) -> None:
    """Another participant gets a new session, and the old one is deleted."""
    stack = deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)
    (before,) = sessions(api, CONNECTOR)

    assert stack.update(SecondParticipant="+12065550107") == "UPDATE_COMPLETE"

    ((after, participant),) = sessions(api, CONNECTOR).items()
    assert after != before
    assert participant == "+12065550107"
    assert stack.outputs()["ProxySessionId"] == after


def test_session_cannot_leave_the_connector_of_its_permission(deploy: Deploy, api: Any) -> None:
    """A stack with a permission of its own cannot move to another connector, and loses nothing."""
    stack = deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)
    before = sessions(api, CONNECTOR)

    assert stack.update(VoiceConnectorId=ANOTHER) == "UPDATE_ROLLBACK_COMPLETE"

    assert "is not authorized" in stack.failures()
    assert sessions(api, CONNECTOR) == before
    assert sessions(api, ANOTHER) == {}


def test_session_moves_between_stacks_of_connectors(deploy: Deploy, api: Any) -> None:
    """Where the connectors' stacks have the permissions, a session moves from one to another."""
    calls, others = (deploy(EXAMPLES / "voice-connector.yaml") for _ in range(2))
    connectors = [stack.outputs()["VoiceConnectorId"] for stack in (calls, others)]
    tuesday = deploy(EXAMPLES / "ride.yaml", VoiceConnectorStack=calls.name, **PAIR)

    assert tuesday.update(VoiceConnectorStack=others.name) == "UPDATE_COMPLETE"

    assert len(sessions(api, connectors[1])) == 1
    assert tuesday.delete() == "DELETE_COMPLETE"


def test_failed_update_leaves_the_session(deploy: Deploy, api: Any) -> None:
    """An update that the provider refuses leaves the session as it was."""
    stack = deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)
    before = sessions(api, CONNECTOR)

    assert stack.update(SecondParticipant=NOBODYS) == "UPDATE_ROLLBACK_COMPLETE"

    assert "must not repeat an item" in stack.failures()
    assert sessions(api, CONNECTOR) == before


def test_two_stacks_of_one_connector(deploy: Deploy, api: Any) -> None:
    """Each stack's permission is its own: the end of one does not take the other's away."""
    deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)
    other = deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)
    assert len(sessions(api, CONNECTOR)) == 2

    assert other.delete() == "DELETE_COMPLETE"

    assert len(sessions(api, CONNECTOR)) == 1


def test_connector_and_its_rides(deploy: Deploy, api: Any) -> None:
    """Sessions import a connector of another stack, which cannot go before them, and are kept."""
    calls = deploy(EXAMPLES / "voice-connector.yaml")
    connector = calls.outputs()["VoiceConnectorId"]
    tuesday = deploy(EXAMPLES / "ride.yaml", VoiceConnectorStack=calls.name, **PAIR)
    (kept,) = sessions(api, connector)

    with pytest.raises(ClientError, match="is imported by stack"):
        calls.delete()
    assert tuesday.update(SecondParticipant="+12065550107") == "UPDATE_COMPLETE"
    assert len(sessions(api, connector)) == 2
    assert tuesday.delete() == "DELETE_COMPLETE"
    left = sessions(api, connector)
    assert len(left) == 2
    assert left[kept] == PAIR["SecondParticipant"]


def test_provider_in_use_cannot_be_deleted(deploy: Deploy, installed: PlainStack) -> None:
    """A provider that a stack imports cannot be deleted."""
    deploy(EXAMPLES / "voice-connector.yaml")

    with pytest.raises(ClientError, match="is imported by stack"):
        installed.delete()


def test_private_numbers_are_nowhere(deploy: Deploy, api: Any, cloud: RunningCloud) -> None:
    """The provider reads the participants' numbers, and nothing that CloudFormation has is one."""
    numbers = {"/drivers/7/phone": "+14015550101", "/riders/9/phone": "+12065550100"}
    ssm = cloud.client("ssm")
    for name, value in numbers.items():
        ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)

    stack = deploy(EXAMPLES / "private-session.yaml")

    connector = stack.outputs()["VoiceConnectorId"]
    assert list(sessions(api, connector).values()) == [numbers["/riders/9/phone"]]
    described = json.dumps(
        [
            stack.cloudformation.describe_stacks(StackName=stack.name),
            stack.cloudformation.describe_stack_events(StackName=stack.name),
        ],
        default=str,
    )
    assert not [number for number in numbers.values() if number in described]


def _riders(**riders: str) -> dict[str, str]:
    return {"VoiceConnectorId": CONNECTOR, "Driver": "+14015550101", **riders}


def test_nested_stack_leaves_its_sibling_alone(deploy: Deploy, api: Any, rides: Path) -> None:
    """Each nested stack has its session; an update of one leaves the other's alone."""
    stack = deploy(rides, **_riders(MorningRider="+12065550101", EveningRider="+12065550102"))
    before = sessions(api, CONNECTOR)
    assert len(set(stack.outputs().values())) == 2

    assert stack.update(EveningRider="+12065550103") == "UPDATE_COMPLETE"

    after = sessions(api, CONNECTOR)
    (kept,) = before.keys() & after.keys()
    assert before[kept] == "+12065550101"
    assert sorted(after.values()) == ["+12065550101", "+12065550103"]


def test_failed_nested_stack_leaves_nothing(deploy: Deploy, api: Any, rides: Path) -> None:
    """What a nested stack has made goes with it when a sibling or a part of it fails."""
    stack = deploy(
        rides,
        "ROLLBACK_COMPLETE",
        **_riders(MorningRider="+12065550101", EveningRider=NOBODYS),
    )

    assert "must not repeat an item" in stack.failures()
    assert sessions(api, CONNECTOR) == {}


def test_failed_update_of_a_nested_stack(deploy: Deploy, api: Any, rides: Path) -> None:
    """A nested session that cannot be updated is as it was, and so are the outputs."""
    stack = deploy(rides, **_riders(MorningRider="+12065550101", EveningRider="+12065550102"))
    before, outputs = sessions(api, CONNECTOR), stack.outputs()

    assert stack.update(EveningRider=NOBODYS) == "UPDATE_ROLLBACK_COMPLETE"

    assert sessions(api, CONNECTOR) == before
    assert stack.outputs() == outputs


def test_new_code_leaves_token_role_and_sessions(
    deploy: Deploy, api: Any, installed: PlainStack, cloud: RunningCloud, keys: dict[str, str]
) -> None:
    """New code for provider and service leaves what is published, and the sessions, as they are."""
    stack = deploy(EXAMPLES / "session.yaml", VoiceConnectorId=CONNECTOR, **PAIR)
    before, published = sessions(api, CONNECTOR), installed.outputs()
    s3 = cloud.client("s3")
    for key, code in keys.items():
        if key != "CodeBucket":
            source = {"Bucket": BUCKET, "Key": code}
            s3.copy_object(Bucket=BUCKET, Key=f"newer-{code}", CopySource=source)

    newer = {key: f"newer-{keys[key]}" for key in ("CodeKey", "ServiceCodeKey")}
    assert installed.update(**newer) == "UPDATE_COMPLETE"

    assert installed.outputs() == published
    assert stack.update(ExpiryMinutes="90") == "UPDATE_COMPLETE"
    assert sessions(api, CONNECTOR) == before
