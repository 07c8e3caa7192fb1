import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Literal
from urllib.parse import urlencode

import pytest
from tests.local.console_page import Answer, ConsolePage
from tests.local.live_rides import synthesize
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack
from tests.local.synthesis import published

from chime_proxy.sdk import client

STRANGER, PROXY = "+16175550133", "+12065550188"


def test_logs_have_no_number(cloud: RunningCloud) -> None:
    """A number that is typed into the page is in no log of the cloud."""
    host = f"127.0.0.1:{cloud.port}"
    fields = {"from": STRANGER, "to": PROXY, "region": "us-east-1", "capability": "SMS"}
    headers = {"Origin": f"http://{host}", "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(host)
    for path in ("call-or-text", "call-or-text?numbers=shown"):
        connection.request("POST", f"/_local/console/{path}", urlencode(fields), headers)
        reply = connection.getresponse()
        assert (reply.status, reply.read()) == (303, b"Done.\n")
        connection.request("GET", reply.headers["Location"].partition("#")[0])
        assert b"Text refused" in connection.getresponse().read()
    connection.close()
    log = cloud.folder.log.read_text()
    assert log
    assert not [number for number in (STRANGER, PROXY) if number[-7:] in log]


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployed service with a session, and its title on the page."""

    stack: SessionStack
    outputs: dict[str, str]

    @property
    def title(self) -> str:
        """The title of the service."""
        return f"live/Service of stack {self.stack.name}"

    @property
    def name(self) -> str:
        """The name of the service in a form."""
        return f"us-east-1/{self.outputs['Function']}"

    @property
    def session(self) -> str:
        """The name of the session in a form."""
        return f"us-east-1/{self.outputs['Connector']}/{self.outputs['Session']}"

    @property
    def resource(self) -> str:
        """The stack and the logical id of the session."""
        (session,) = (
            one["LogicalResourceId"]
            for one in self.stack.cloudformation.describe_stack_resources(
                StackName=self.stack.name
            )["StackResources"]
            if one["ResourceType"] == "Custom::ChimeProxySession"
        )
        return f"{self.stack.name}/{session}"

    def status(self) -> str:
        """Return the session's status, as the service's API has it."""
        answer = client(self.outputs["Url"]).get_proxy_session(
            VoiceConnectorId=self.outputs["Connector"], ProxySessionId=self.outputs["Session"]
        )
        return str(answer["ProxySession"]["Status"])

    def update(self, *capabilities: Literal["Voice", "SMS"]) -> None:
        """Change what the session carries."""
        client(self.outputs["Url"]).update_proxy_session(
            VoiceConnectorId=self.outputs["Connector"],
            ProxySessionId=self.outputs["Session"],
            Capabilities=capabilities,
        )


@pytest.fixture(scope="module")
def templates(cloud: RunningCloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Stacks of a service and a session, their assets published."""
    return published(cloud, tmp_path_factory.mktemp("console"), synthesize)


@pytest.fixture(scope="module")
def services(cloud: RunningCloud, templates: dict[str, str]) -> Iterator[tuple[Deployed, Deployed]]:
    """Deploy a stack twice: two services with the same numbers and the same participants."""
    stacks = [
        SessionStack(cloud.client("cloudformation"), None, templates, name)
        for name in ("PageEast", "PageWest")
    ]
    for stack in stacks:
        assert stack.create("live") == "CREATE_COMPLETE", stack.failures()
    first, second = (Deployed(stack, stack.outputs()) for stack in stacks)
    yield first, second
    for stack in stacks:
        stack.delete()


@pytest.fixture
def page(cloud: RunningCloud) -> ConsolePage:
    """The page of the cloud."""
    return ConsolePage(cloud.port)


def call(page: ConsolePage, service: Deployed, who: str, capability: str = "Voice") -> Answer:
    """Let a participant of a service's session call or text the other one."""
    return page.post(
        "participant?numbers=shown",
        service=service.name,
        session=service.session,
        participant=who,
        capability=capability,
    )


def hang_up(page: ConsolePage, service: Deployed) -> Answer:
    """End the call of a service's session."""
    return page.post("hang-up", service=service.name, session=service.session)


def test_deployed_service_is_shown_with_its_session(
    page: ConsolePage, services: tuple[Deployed, Deployed]
) -> None:
    """A deployed service has its connector, its session with its place, and its numbers."""
    shown = page.get()
    for service in services:
        said = shown.service(service.title).text
        assert service.outputs["Connector"] in said
        assert "live/Ride Open" in said
        assert f"{service.title}: proxy numbers" in shown.text
    assert "US 206 1 3" in shown.text
    titles = [one for one in ("PageEast", "PageWest", "Built into") if one in shown.text]
    assert sorted(titles, key=shown.html.index) == ["PageEast", "PageWest", "Built into"]


def test_call_reaches_the_participant_of_the_deployed_service(
    cloud: RunningCloud, page: ConsolePage, services: tuple[Deployed, Deployed]
) -> None:
    """A call is up in the table, through the API and on the page, and in no other service."""
    service, other = services
    said = call(page, service, "first").text
    assert "Call got through" in said
    assert f"Service {service.title} Reaches +1 206 555 0100 who sees" in said
    stored = cloud.client("dynamodb").get_item(
        TableName=service.outputs["Table"],
        Key={
            "pk": {"S": f"S#{service.session.replace('/', '#')}"},
            "sk": {"S": "S"},
        },
    )["Item"]
    assert json.loads(stored["session_json"]["S"])["Status"] == "InProgress"
    assert (service.status(), other.status()) == ("InProgress", "Open")
    assert "A call of this session is already in progress" in call(page, service, "second").text

    assert "A call is up" not in hang_up(page, service).service(service.title).text
    assert service.status() == "Open"


def test_text_reaches_the_participant_of_the_deployed_service(
    page: ConsolePage, services: tuple[Deployed, Deployed]
) -> None:
    """A text gets through once the session carries texts."""
    service, _ = services
    assert "does not have this capability" in call(page, service, "second", "SMS").text
    service.update("Voice", "SMS")
    assert "Reaches +1 401 555 0101" in call(page, service, "second", "SMS").text
    service.update("Voice")


def test_number_of_two_services_needs_a_choice(
    page: ConsolePage, services: tuple[Deployed, Deployed]
) -> None:
    """A call from any number asks for the service if two have a session, and goes to that alone."""
    service, other = services
    assert service.outputs["Number"] == other.outputs["Number"]
    fields = {
        "from": "+14015550101",
        "to": service.outputs["Number"],
        "region": "us-east-1",
        "capability": "Voice",
    }
    asked = page.post("call-or-text", **fields)
    assert (asked.status, service.status(), other.status()) == (400, "Open", "Open")
    assert f"in several services: {service.title}, {other.title}. Choose one." in asked.text

    said = page.post("call-or-text", **fields, service=asked.service_name(other.title)).text
    assert "Call got through" in said
    assert (service.status(), other.status()) == ("Open", "InProgress")
    hang_up(page, other)


def test_stranger_is_refused_by_every_service(
    page: ConsolePage, services: tuple[Deployed, Deployed]
) -> None:
    """Without a session behind the number, a call reaches nobody."""
    fields = {"from": STRANGER, "to": services[0].outputs["Number"], "region": "us-east-1"}
    for service in ("", services[0].name):
        said = page.post("call-or-text", **fields, capability="Voice", service=service).text
        assert "The sender has no session with this proxy number" in said


def test_search_finds_the_sessions_of_all_services(
    page: ConsolePage, services: tuple[Deployed, Deployed]
) -> None:
    """A search looks through every service, by key, stack and logical id."""
    first, second = services
    for wanted, expected in (
        ("live/ride", [first, second]),
        (first.stack.name, [first]),
        (second.resource, [second]),
    ):
        found = page.post("search", wanted=wanted).text
        assert [one for one in services if f"{one.resource} live/Ride Open" in found] == expected


def test_page_outlives_a_deployed_service(
    cloud: RunningCloud, page: ConsolePage, templates: dict[str, str]
) -> None:
    """Without its table or its stack, a service is no longer shown, and its forms say so."""
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "PageBriefly")
    assert stack.create("live") == "CREATE_COMPLETE", stack.failures()
    service = Deployed(stack, stack.outputs())
    address = (
        f"/_local/console?service={service.name}&connector={service.session.rpartition('/')[0]}"
    )
    assert service.title in page.get(address).text
    deleted = Thread(target=stack.delete)
    deleted.start()
    answers = [page.get(address)]
    while deleted.is_alive():
        answers += [page.get(address), call(page, service, "first"), hang_up(page, service)]
    answers += [page.get(address), call(page, service, "first"), hang_up(page, service)]

    assert {one.status for one in answers} <= {200, 400}
    assert service.title not in answers[-1].text.partition("Recent calls and texts")[0]
    assert "The service of this form is no longer there" in answers[-1].text


def test_service_whose_table_is_gone_is_not_shown(
    cloud: RunningCloud, page: ConsolePage, templates: dict[str, str]
) -> None:
    """Without its table a service is not shown, and the page is there."""
    stack = SessionStack(cloud.client("cloudformation"), None, templates, "PageBroken")
    assert stack.create("service") == "CREATE_COMPLETE", stack.failures()
    table = stack.outputs()["Table"]
    assert "of stack PageBroken" in page.get().text
    cloud.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
    cloud.client("dynamodb").delete_table(TableName=table)

    shown = page.get()
    assert (shown.status, "of stack PageBroken" in shown.text) == (200, False)
    stack.delete()
