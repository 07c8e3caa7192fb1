"""A service, its configuration and a session in one stack, on the local cloud with permissions on."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.docs.page import Page
from tests.folders import ROOT
from tests.local.live_rides import DOMAIN, NOWHERE, NUMBERS, synthesize
from tests.local.running_cloud import Credentials, RunningCloud
from tests.local.session_stack import SessionStack
from tests.local.signed_request import signed_get
from tests.local.synthesis import published

from chime_proxy.sdk import client
from chime_proxy_local.faults.control import current_fault, switch_fault
from chime_proxy_local.faults.fault import Fault, FaultKind
from chime_proxy_local.health import endpoint

if TYPE_CHECKING:
    from types_boto3_chime_sdk_voice.client import ChimeSDKVoiceClient

SessionIds = dict[str, Any]
UNUSED = "uuuuuu1ghij2klmno3pqr4"
Run = Callable[..., subprocess.CompletedProcess[str]]
ELSEWHERE = "222222222222"
REFUSED = r"AccessDenied|Forbidden|not authorized"


@pytest.fixture(scope="module")
def templates(cloud: RunningCloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The stack in every state, its assets published."""
    return published(cloud, tmp_path_factory.mktemp("live"), synthesize)


@pytest.fixture(scope="module")
def live(cloud: RunningCloud, templates: dict[str, str]) -> Iterator[SessionStack]:
    """Deploy the stack once."""
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "Live")
    assert stack.create("live") == "CREATE_COMPLETE", stack.failures()
    yield stack
    stack.delete()


@pytest.fixture
def outputs(live: SessionStack) -> dict[str, str]:
    """The outputs of the stack."""
    return live.outputs()


@pytest.fixture
def session(outputs: dict[str, str]) -> SessionIds:
    """The ids of the session."""
    return {"VoiceConnectorId": outputs["Connector"], "ProxySessionId": outputs["Session"]}


@pytest.fixture
def user(cloud: RunningCloud) -> Iterator[Callable[[str], Credentials]]:
    """Make a user who may do what a pattern of methods and paths permits."""
    iam = cloud.client("iam")
    made: list[tuple[str, str]] = []

    def make(pattern: str) -> Credentials:
        name = f"caller-{len(made)}"
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made.append((name, key["AccessKeyId"]))
        iam.put_user_policy(UserName=name, PolicyName="calls", PolicyDocument=permission(pattern))
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    yield make
    for name, key in made:
        iam.delete_user_policy(UserName=name, PolicyName="calls")
        iam.delete_access_key(UserName=name, AccessKeyId=key)
        iam.delete_user(UserName=name)


def permission(pattern: str) -> str:
    """A policy that permits what a pattern of methods and paths does."""
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:us-east-1:000000000000:*/$default/{pattern}",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def caller(
    user: Callable[[str], Credentials], outputs: dict[str, str]
) -> Callable[[str], "ChimeSDKVoiceClient"]:
    """Make a client of such a user."""

    def make(pattern: str) -> "ChimeSDKVoiceClient":
        given = user(pattern)
        return client(outputs["Url"], boto3.Session(given.access_key, given.secret_key))

    return make


@pytest.fixture
def run(
    user: Callable[[str], Credentials], outputs: dict[str, str], session: SessionIds, tmp_path: Path
) -> Run:
    """Run a program of a user who may call the operations on the connector's sessions."""
    given = user(f"*/voice-connectors/{session['VoiceConnectorId']}/proxy-sessions*")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": given.access_key,
        "AWS_SECRET_ACCESS_KEY": given.secret_key,
        "ENDPOINT_URL": outputs["Url"],
        "VOICE_CONNECTOR_ID": session["VoiceConnectorId"],
        "PROXY_SESSION_ID": session["ProxySessionId"],
    }

    def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={**environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def example(language: str) -> str:
    """The one example in a language on the page for applications."""
    blocks = Page(ROOT / "docs" / "service.md").blocks()
    (block,) = (one for one in blocks if one.language == language)
    return block.code


def test_one_deployment_makes_service_configuration_and_session(
    cloud: RunningCloud, outputs: dict[str, str], session: SessionIds
) -> None:
    """The session is in the table, has a declared number, and is read through the API."""
    assert outputs["Number"] in NUMBERS
    items = cloud.client("dynamodb").scan(TableName=outputs["Table"])["Items"]
    stored = {item["pk"]["S"].partition("#")[0] for item in items}
    assert stored == {"C", "S", "L", "P"}

    found = client(outputs["Url"]).get_proxy_session(**session)["ProxySession"]
    assert found["Status"] == "Open"
    assert {one["ProxyPhoneNumber"] for one in found["Participants"]} == {outputs["Number"]}


def test_client_of_the_page_reads_the_session(
    outputs: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example for applications, as it stands on the page, prints the session's status."""
    monkeypatch.setenv("ENDPOINT_URL", outputs["Url"])
    monkeypatch.setenv("VOICE_CONNECTOR_ID", outputs["Connector"])
    monkeypatch.setenv("PROXY_SESSION_ID", outputs["Session"])

    exec(compile(example("python"), "service.md", "exec"), {})  # noqa: S102 - the page's own example

    assert capsys.readouterr().out == "Open\n"


@pytest.mark.parametrize("settings", ["package", "home"])
def test_aws_cli_reads_the_session_without_code(run: Run, tmp_path: Path, settings: str) -> None:
    """The commands of the page read the session, with the package's folder or a file of the home."""
    commands = example("sh")
    if settings == "home":
        folder = tmp_path / ".aws" / "models" / "chime-sdk-voice" / "2022-08-03"
        folder.mkdir(parents=True)
        (folder / "service-2.sdk-extras.json").write_text(example("json"))
        commands = "".join(commands.splitlines(keepends=True)[1:])
        assert "chime_proxy" not in commands

    done = run("bash", "-e", "-c", commands)

    assert (done.returncode, done.stdout, done.stderr) == (0, "Open\n", "")


def test_aws_cli_reaches_its_own_connector_alone(
    run: Run, outputs: dict[str, str], session: SessionIds
) -> None:
    """It creates, lists and deletes sessions of the permitted connector; another is refused."""
    data = run("python", "-m", "chime_proxy", "aws-data-path").stdout.strip()

    def aws(operation: str, *more: str, connector: str = session["VoiceConnectorId"]) -> Any:
        command = ["aws", "chime-sdk-voice", operation, "--voice-connector-id", connector, *more]
        service = {"AWS_DATA_PATH": data, "AWS_ENDPOINT_URL_CHIME_SDK_VOICE": outputs["Url"]}
        done = run(*command, "--output", "json", **service)
        return json.loads(done.stdout or "null") if done.returncode == 0 else done.stderr

    participants = ("--participant-phone-numbers", "+14015550102", "+12065550103")
    made = aws("create-proxy-session", *participants, "--capabilities", "Voice")["ProxySession"]
    listed = {one["ProxySessionId"] for one in aws("list-proxy-sessions")["ProxySessions"]}

    assert listed == {made["ProxySessionId"], session["ProxySessionId"]}
    assert aws("delete-proxy-session", "--proxy-session-id", made["ProxySessionId"]) is None
    for operation, more in (
        ("list-proxy-sessions", ()),
        ("create-proxy-session", (*participants, "--capabilities", "Voice")),
        ("get-proxy-session", ("--proxy-session-id", session["ProxySessionId"])),
    ):
        assert re.search(REFUSED, aws(operation, *more, connector=NOWHERE))


def test_javascript_sdk_reads_the_session(run: Run, tmp_path: Path) -> None:
    """The example of the page reads the session; on another connector it is refused."""
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    script = tmp_path / "status.mjs"
    script.write_text(example("js"))

    done = run("node", str(script))
    assert (done.returncode, done.stdout) == (0, "Open\n"), done.stderr
    refused = run("node", str(script), VOICE_CONNECTOR_ID=NOWHERE)
    assert re.search(REFUSED, refused.stderr)


def test_request_signed_for_another_service_is_refused(
    outputs: dict[str, str], session: SessionIds
) -> None:
    """The local cloud refuses what an SDK signs for Chime, as API Gateway does."""
    chime = boto3.client("chime-sdk-voice", endpoint_url=outputs["Url"])

    with pytest.raises(ClientError, match="403"):
        chime.get_proxy_session(**session)


def test_caller_reaches_its_own_connector_alone(
    caller: Callable[[str], "ChimeSDKVoiceClient"], session: SessionIds
) -> None:
    """A permission on one connector's sessions is none on another's, nor on its configuration."""
    connector = session["VoiceConnectorId"]
    permitted = caller(f"*/voice-connectors/{connector}/proxy-sessions*")

    assert permitted.get_proxy_session(**session)["ProxySession"]["Status"] == "Open"
    assert permitted.list_proxy_sessions(VoiceConnectorId=connector)["ProxySessions"]
    with pytest.raises(ClientError, match=REFUSED):
        permitted.list_proxy_sessions(VoiceConnectorId=NOWHERE)
    with pytest.raises(ClientError, match=REFUSED):
        permitted.get_voice_connector_proxy(VoiceConnectorId=connector)


def test_reader_changes_nothing(
    caller: Callable[[str], "ChimeSDKVoiceClient"], session: SessionIds
) -> None:
    """A permission to read is none to update or delete."""
    reader = caller(f"GET/voice-connectors/{session['VoiceConnectorId']}/proxy-sessions/*")

    assert reader.get_proxy_session(**session)["ProxySession"]["Status"] == "Open"
    with pytest.raises(ClientError, match=REFUSED):
        reader.update_proxy_session(**session, Capabilities=["SMS"])
    with pytest.raises(ClientError, match=REFUSED):
        reader.delete_proxy_session(**session)


@pytest.fixture
def partner(cloud: RunningCloud) -> Iterator[str]:
    """The ARN of a role of the service's account that another account may assume."""
    iam = cloud.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": ELSEWHERE}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = iam.create_role(RoleName="partner", AssumeRolePolicyDocument=document)["Role"]
    yield made["Arn"]
    for name in iam.list_role_policies(RoleName="partner")["PolicyNames"]:
        iam.delete_role_policy(RoleName="partner", PolicyName=name)
    iam.delete_role(RoleName="partner")


def test_another_account_reads_sessions_by_a_role_of_the_services_account(
    cloud: RunningCloud, partner: str, outputs: dict[str, str], session: SessionIds
) -> None:
    """Who assumes the role may do what the role may, and its own account's root nothing."""
    cloud.client("iam").put_role_policy(
        RoleName="partner",
        PolicyName="reads",
        PolicyDocument=permission(f"GET/voice-connectors/{outputs['Connector']}/*"),
    )
    root_elsewhere = Credentials(ELSEWHERE, "test")
    sts = cloud.client("sts", root_elsewhere)
    given = sts.assume_role(RoleArn=partner, RoleSessionName="partner")["Credentials"]
    assumed = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    calls = client(outputs["Url"], assumed)

    assert sts.get_caller_identity()["Account"] == ELSEWHERE
    assert calls.get_proxy_session(**session)["ProxySession"]["Status"] == "Open"
    with pytest.raises(ClientError, match=REFUSED):
        calls.delete_proxy_session(**session)
    # The local cloud looks for the API in the caller's account, and does not find it.
    with pytest.raises(ClientError, match=f"{REFUSED}|404"):
        client(outputs["Url"], boto3.Session(ELSEWHERE, "test")).get_proxy_session(**session)


@pytest.mark.parametrize(
    "path",
    [
        "/voice-connectors/{allowed}%2F..%2F{other}/proxy-sessions",
        "/voice-connectors/{allowed}/../{other}/proxy-sessions",
        "/voice-connectors/{allowed}/proxy-sessions/..%2F..%2F{other}%2Fproxy-sessions",
        "/voice-connectors/{allowed}/proxy-sessions//",
        "//voice-connectors/{other}/proxy-sessions",
        "/voice-connectors/{other}/proxy-sessions/",
    ],
)
def test_odd_path_reaches_no_other_connector(outputs: dict[str, str], path: str) -> None:
    """A path that is spelled in another way lists no sessions, whoever asks."""
    allowed, other = NOWHERE, outputs["Connector"]
    status, body = signed_get(outputs["Url"], path.format(allowed=allowed, other=other))

    assert status in (400, 403, 404)
    assert outputs["Number"] not in body


def test_session_survives_a_new_function(
    live: SessionStack, outputs: dict[str, str], session: SessionIds
) -> None:
    """A service whose function is replaced has its sessions, and updates them in place."""
    before = client(outputs["Url"]).get_proxy_session(**session)["ProxySession"]
    assert live.update("live-larger") == "UPDATE_COMPLETE"
    assert client(outputs["Url"]).get_proxy_session(**session)["ProxySession"] == before

    assert live.update("live-texting") == "UPDATE_COMPLETE"
    after = client(outputs["Url"]).get_proxy_session(**session)["ProxySession"]
    assert after["Capabilities"] == ["SMS"]
    assert live.outputs()["Session"] == outputs["Session"]


def test_session_survives_a_restarted_function(
    cloud: RunningCloud, outputs: dict[str, str], session: SessionIds
) -> None:
    """The function's processes are started again with other settings, and have the session."""
    before = client(outputs["Url"]).get_proxy_session(**session)["ProxySession"]
    functions = cloud.client("lambda")
    name = outputs["Function"]
    settings = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**settings, "RESTARTED": "1"}}
    )

    assert client(outputs["Url"]).get_proxy_session(**session)["ProxySession"] == before


def test_fault_strikes_the_deployed_service(cloud: RunningCloud, outputs: dict[str, str]) -> None:
    """A fault of the local cloud strikes a deployed service, which has done its work or has not."""
    api = client(outputs["Url"])
    wish: dict[str, Any] = {"DefaultSessionExpiryMinutes": 60, "PhoneNumberPoolCountries": ["US"]}
    switch_fault(cloud.port, Fault(kind=FaultKind.REFUSE, count=1))
    with pytest.raises(ClientError, match="no longer supported"):
        api.put_voice_connector_proxy(VoiceConnectorId=UNUSED, **wish)
    with pytest.raises(ClientError, match="has no proxy configuration"):
        api.get_voice_connector_proxy(VoiceConnectorId=UNUSED)

    switch_fault(cloud.port, Fault(kind=FaultKind.LOSE_ANSWER, count=1))
    # The SDK sends a request without an answer once more.
    api.put_voice_connector_proxy(VoiceConnectorId=UNUSED, **wish)

    assert current_fault(cloud.port) is None
    assert api.get_voice_connector_proxy(VoiceConnectorId=UNUSED)["Proxy"]
    api.delete_voice_connector_proxy(VoiceConnectorId=UNUSED)


def test_every_option_deploys_and_the_domain_serves_with_the_same_permissions(
    cloud: RunningCloud, templates: dict[str, str], user: Callable[[str], Credentials]
) -> None:
    """With all options the session is read by the API's address and by the domain's."""
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "LiveOptions")
    assert stack.create("options") == "CREATE_COMPLETE", stack.failures()
    made = stack.outputs()
    ids = {"VoiceConnectorId": made["Connector"], "ProxySessionId": made["Session"]}
    session = f"/sessions/voice-connectors/{made['Connector']}/proxy-sessions/{made['Session']}"
    reader = user(f"GET/voice-connectors/{made['Connector']}/proxy-sessions/*")
    stranger = user(f"GET/voice-connectors/{NOWHERE}/proxy-sessions/*")

    assert made["DomainUrl"] == f"https://{DOMAIN}/sessions"
    assert client(made["Url"]).get_proxy_session(**ids)["ProxySession"]["Status"] == "Open"
    status, body = signed_get(endpoint(cloud.port), session, host=DOMAIN, signer=reader)
    assert (status, json.loads(body)["ProxySession"]["ProxySessionId"]) == (200, made["Session"])
    status, body = signed_get(endpoint(cloud.port), session, host=DOMAIN, signer=stranger)
    assert (status, made["Number"] in body) == (403, False)
    assert stack.delete() == "DELETE_COMPLETE"


def test_first_deployment_that_fails_after_the_session_leaves_nothing(
    cloud: RunningCloud, templates: dict[str, str]
) -> None:
    """The rollback deletes the session, its configuration and then what served them."""
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "LiveFailing")

    assert stack.create("live-failing") == "ROLLBACK_COMPLETE", stack.failures()
    tables = cloud.client("dynamodb").list_tables()["TableNames"]
    assert not [name for name in tables if name.startswith("LiveFailing")]
    assert stack.delete() == "DELETE_COMPLETE"


def test_stack_comes_down_in_order(cloud: RunningCloud, templates: dict[str, str]) -> None:
    """Deleting the one stack deletes the session by the service, and then the service."""
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "LiveBriefly")
    assert stack.create("live") == "CREATE_COMPLETE", stack.failures()

    assert stack.delete() == "DELETE_COMPLETE"
    tables = cloud.client("dynamodb").list_tables()["TableNames"]
    assert not [name for name in tables if name.startswith("LiveBriefly")]


def test_retained_table_is_taken_up_again(cloud: RunningCloud, templates: dict[str, str]) -> None:
    """The sessions of a service that was removed are there again in a new one with its table."""
    first = SessionStack(cloud.client("cloudformation"), None, templates, "Kept")
    assert first.create("service") == "CREATE_COMPLETE", first.failures()
    kept = first.outputs()["Table"]
    before = client(first.outputs()["Url"])
    before.put_voice_connector_proxy(
        VoiceConnectorId=NOWHERE, DefaultSessionExpiryMinutes=60, PhoneNumberPoolCountries=["US"]
    )
    session = before.create_proxy_session(
        VoiceConnectorId=NOWHERE,
        ParticipantPhoneNumbers=["+14015550101", "+12065550100"],
        Capabilities=["Voice"],
    )["ProxySession"]
    assert first.delete() == "DELETE_COMPLETE"

    again = SessionStack(cloud.client("cloudformation"), None, templates, "KeptAgain")
    again.cloudformation.create_stack(
        StackName=again.name,
        TemplateBody=templates["service-again"],
        Parameters=[{"ParameterKey": "Kept", "ParameterValue": kept}],
        Capabilities=["CAPABILITY_IAM"],
    )
    assert again.created() == "CREATE_COMPLETE", again.failures()
    after = client(again.outputs()["Url"]).list_proxy_sessions(VoiceConnectorId=NOWHERE)

    assert [one["ProxySessionId"] for one in after["ProxySessions"]] == [session["ProxySessionId"]]
    assert again.delete() == "DELETE_COMPLETE"
    assert kept in cloud.client("dynamodb").list_tables()["TableNames"]
