"""CloudFormation's contract for the handlers of resource types, held by a custom resource.

The tests up to `test_check_asserts_work` are named after those of `cfn test`. The rest are rules
of the handler contract that it does not test.

Two rules are broken on purpose, because sessions close by themselves: an Update of a session that
is not there makes one, and a Delete of one that is not there succeeds. And since CloudFormation
sends a custom resource's request once, what the contract calls retriable the handler itself tries
again.

There are no `create_taggable` and `update_tag_updatable`: the API has no tags for sessions. The
nine tests of hooks are about another kind of extension. `AlreadyExists`, `NotUpdatable` and
`ResourceConflict` have no cause: the API chooses the ids, what cannot be updated is replaced, and
no operation makes another one wait.

Sources: "Contract tests", "Resource type handler contracts" and "Handler error codes" in the user
guide of the CloudFormation CLI.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from botocore.exceptions import ClientError
from tests.contract.api import ApiFault
from tests.contract.bucket import judge
from tests.contract.cloudformation import Properties
from tests.contract.resource import Resource
from tests.contract.ride import DRIVER, RIDER, ride
from tests.contract.universe import CONNECTORS, REGION

from chime_proxy_provider import handler as provider
from chime_proxy_service.configuration import ProxyConfiguration
from chime_proxy_service.session import Connector

RIDE: Properties = ride().properties
TEXTING: Properties = ride(Capabilities=["SMS"], ExpiryMinutes=90).properties
SHORTEST: Properties = ride(Capabilities=["Voice"], ExpiryMinutes=None).properties
LONGEST: Properties = ride(
    Name="Ride 7",
    NumberSelectionBehavior="AvoidSticky",
    GeoMatchLevel="AreaCode",
    GeoMatchParams={"Country": "US", "AreaCode": "206"},
    RevealParticipantPhoneNumbers=True,
).properties
PARTICIPANTS = {
    "VoiceConnectorId": CONNECTORS[0],
    "Participants.0.PhoneNumber": RIDER,
    "Participants.1.PhoneNumber": DRIVER,
}
DECLARED = [
    pytest.param(
        SHORTEST,
        {**PARTICIPANTS, "Capabilities": "Voice", "ExpiryMinutes": "60", "GeoMatchLevel": ""},
        id="shortest",
    ),
    pytest.param(
        LONGEST,
        {
            **PARTICIPANTS,
            "Capabilities": "SMS,Voice",
            "ExpiryMinutes": "60",
            "Name": "Ride 7",
            "NumberSelectionBehavior": "AvoidSticky",
            "GeoMatchLevel": "AreaCode",
            "GeoMatchParams.Country": "US",
            "GeoMatchParams.AreaCode": "206",
        },
        id="longest",
    ),
]
NEVER_CREATED = [
    f"{CONNECTORS[0]}/00000000-0000-4000-8000-000000000000",
    "create-failed/5d478078-13e9-4b5c-8f3a-000000000000",
    "Calls1-Ride-1K2M3N4P5Q6R",
]
# More calls than one request makes.
ENDLESS = 9
RETRIABLE = {
    ApiFault.THROTTLED: "Throttling",
    ApiFault.ERROR_BEFORE: "ServiceInternalError",
    ApiFault.RESET_BEFORE: "NetworkFailure",
}
HARMLESS_OR_FATAL = (ApiFault.NONE, ApiFault.CRASH_BEFORE, ApiFault.CRASH_AFTER)
TROUBLE = [fault for fault in ApiFault if fault not in HARMLESS_OR_FATAL]


@pytest.fixture
def ride_id(resource: Resource) -> str:
    """Create the resource; its id."""
    return created(resource, RIDE)


def created(resource: Resource, properties: Properties) -> str:
    """Create a resource, and return its id."""
    answer = resource.create(properties)
    assert answer["Status"] == "SUCCESS"
    return str(answer["PhysicalResourceId"])


def shown(session: Mapping[str, Any]) -> dict[str, str]:
    """What the API shows of a session, in the words of attributes."""
    names = ("ProxySessionId", "VoiceConnectorId", "Name", "Status", "ExpiryMinutes")
    return {
        **{name: str(session[name]) for name in names},
        "Capabilities": ",".join(sorted(session["Capabilities"])),
        "ProxyPhoneNumber": session["Participants"][0]["ProxyPhoneNumber"],
    }


@pytest.mark.parametrize(("declared", "expected"), DECLARED)
def test_create_delete(
    resource: Resource, declared: Properties, expected: Mapping[str, str]
) -> None:
    """A Create answers with an id and with all that was declared, and the Delete succeeds."""
    answer = resource.create(declared)

    physical_id = f"{CONNECTORS[0]}/{answer['Data']['ProxySessionId']}"
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", physical_id)
    assert expected.items() <= answer["Data"].items()
    assert resource.delete(physical_id, declared)["Status"] == "SUCCESS"


@pytest.mark.parametrize("declared", [RIDE, LONGEST])
def test_create_create(resource: Resource, declared: Properties) -> None:
    """The API chooses the ids: what is created twice, though of one name, are two sessions."""
    one, two = created(resource, declared), created(resource, declared)

    assert one != two
    assert sorted(resource.listed()) == sorted([one, two])


@pytest.mark.parametrize("declared", [SHORTEST, LONGEST])
def test_create_read(resource: Resource, declared: Properties) -> None:
    """What the API shows after a Create is what was answered."""
    answer = resource.create(declared)

    session = resource.read(answer["PhysicalResourceId"])
    assert shown(session).items() <= answer["Data"].items()
    assert session["Status"] == "Open"


def test_create_list(resource: Resource) -> None:
    """Whichever page it is on, the API's list has what was created."""
    made = [created(resource, RIDE) for _ in range(3)]

    assert sorted(resource.listed()) == sorted(made)


def test_update_read(resource: Resource, ride_id: str) -> None:
    """After an Update in place the id is the same, and the API shows what was declared."""
    answer = resource.update(ride_id, RIDE, TEXTING)

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", ride_id)
    session = resource.read(ride_id)
    assert (session["Capabilities"], session["ExpiryMinutes"]) == (["SMS"], 90)
    assert shown(session).items() <= answer["Data"].items()


def test_update_list(resource: Resource, ride_id: str) -> None:
    """After an Update in place the API's list has the same session, and no other."""
    resource.update(ride_id, RIDE, TEXTING)

    assert resource.listed() == [ride_id]


@pytest.mark.parametrize("physical_id", NEVER_CREATED)
def test_update_without_create(resource: Resource, physical_id: str) -> None:
    """An Update of what was never created makes it, where the contract has it fail."""
    answer = resource.update(physical_id, RIDE, TEXTING)

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] != physical_id
    assert resource.listed() == [answer["PhysicalResourceId"]]


def test_delete_read(resource: Resource, ride_id: str) -> None:
    """After a Delete the API knows no such session."""
    assert resource.read(ride_id)

    resource.delete(ride_id, RIDE)

    with pytest.raises(ClientError, match="NotFound"):
        resource.read(ride_id)


def test_delete_list(resource: Resource, ride_id: str) -> None:
    """After a Delete the API's list has the other sessions, and not this one."""
    other = created(resource, RIDE)

    resource.delete(ride_id, RIDE)

    assert resource.listed() == [other]


def test_delete_update(resource: Resource, ride_id: str) -> None:
    """An Update after a Delete makes the session anew, where the contract has it fail."""
    resource.delete(ride_id, RIDE)

    answer = resource.update(ride_id, RIDE, TEXTING)

    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] != ride_id
    assert resource.listed() == [answer["PhysicalResourceId"]]


def test_delete_delete(resource: Resource, ride_id: str) -> None:
    """A second Delete succeeds as the first does, where the contract has it fail."""
    first = resource.delete(ride_id, RIDE)
    second = resource.delete(ride_id, RIDE)

    assert (first["Status"], second["Status"]) == ("SUCCESS", "SUCCESS")


def test_delete_create(resource: Resource) -> None:
    """After a Delete the same can be created again, its name included, with an id of its own."""
    before = created(resource, LONGEST)
    resource.delete(before, LONGEST)

    after = created(resource, LONGEST)

    assert before != after
    assert resource.listed() == [after]


def test_check_asserts_work(resource: Resource) -> None:
    """What judges the answers in these tests has not been compiled away."""
    answer = resource.create(RIDE)
    (event,) = resource.universe.cloudformation.events

    with pytest.raises(AssertionError):
        judge(json.dumps({**answer, "PhysicalResourceId": ""}).encode(), event)


def test_create_is_idempotent(resource: Resource) -> None:
    """A request is its own token: delivered again it is answered the same, with one session."""
    first = resource.create(ride().properties)

    assert resource.repeat() == first
    assert resource.listed() == [first["PhysicalResourceId"]]


def test_repeated_create_of_a_named_session_creates_another(resource: Resource) -> None:
    """The first one may be another resource's; the second one is this resource's in any case."""
    first = resource.create(ride(Name="Ride 7").properties)

    second = resource.repeat()

    assert second["PhysicalResourceId"] != first["PhysicalResourceId"]
    assert len(resource.listed()) == 2


def test_replacement_is_idempotent(resource: Resource) -> None:
    """An Update that replaces, delivered again, has one session to put in place of the old one."""
    old, new = (ride(GeoMatchLevel=level).properties for level in (None, "Country"))
    before = created(resource, old)
    resource.universe.clock.sleep(60)
    first = resource.update(before, old, new)

    second = resource.repeat()

    assert second["PhysicalResourceId"] == first["PhysicalResourceId"] != before
    assert sorted(resource.listed()) == sorted([before, first["PhysicalResourceId"]])


@pytest.mark.parametrize("physical_id", NEVER_CREATED)
def test_delete_without_create(resource: Resource, physical_id: str) -> None:
    """A Delete of what was never created succeeds, and leaves alone what there is."""
    other = created(resource, LONGEST)

    assert resource.delete(physical_id, RIDE)["Status"] == "SUCCESS"
    assert resource.listed() == [other]


def test_delete_by_id_alone(resource: Resource, ride_id: str) -> None:
    """A Delete needs no properties."""
    assert resource.delete(ride_id, {})["Status"] == "SUCCESS"
    assert resource.listed() == []


@pytest.mark.parametrize("fault", TROUBLE)
def test_failed_create_answers_an_id(resource: Resource, fault: ApiFault) -> None:
    """Whatever the API does, a Create that fails answers an id that tells the request."""
    resource.disturb(*[fault] * ENDLESS)

    answer = resource.create(RIDE)

    assert answer["Status"] == "FAILED"
    assert answer["PhysicalResourceId"].endswith(f"/{answer['RequestId']}")


@pytest.mark.parametrize("fault", TROUBLE)
def test_failed_update_answers_the_id(resource: Resource, ride_id: str, fault: ApiFault) -> None:
    """Whatever the API does, an Update that fails answers the id of the session there is."""
    resource.disturb(*[fault] * ENDLESS)

    answer = resource.update(ride_id, RIDE, TEXTING)

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", ride_id)


@pytest.mark.parametrize("physical_id", NEVER_CREATED)
def test_delete_answers_no_model(resource: Resource, ride_id: str, physical_id: str) -> None:
    """A Delete answers no attributes, whether there was a session or not."""
    assert resource.delete(physical_id, RIDE)["Data"] == {}
    assert resource.delete(ride_id, RIDE)["Data"] == {}


def test_answers_conform_to_the_schema(resource: Resource, ride_id: str) -> None:
    """Create, Update, a replacement and a refresh answer the attributes that the schema has."""
    document = json.loads(
        (Path(provider.__file__).parent / "proxy_session" / "schema.json").read_text()
    )
    answers = [
        resource.create(LONGEST),
        resource.update(ride_id, RIDE, TEXTING),
        resource.update(ride_id, TEXTING, LONGEST),
        resource.update(ride_id, TEXTING, {**TEXTING, "ServiceTimeout": 240}),
    ]

    for answer in answers:
        jsonschema.validate(answer["Data"], document["definitions"]["Attributes"])


@pytest.mark.parametrize(("fault", "code"), RETRIABLE.items())
def test_retriable_error(resource: Resource, ride_id: str, fault: ApiFault, code: str) -> None:
    """An error of a retriable code is tried again, and told by its code where it does not pass."""
    resource.disturb(fault)
    assert resource.update(ride_id, RIDE, TEXTING)["Status"] == "SUCCESS"

    resource.disturb(*[fault] * ENDLESS)
    answer = resource.update(ride_id, TEXTING, RIDE)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("declared", "code", "calls"),
    [
        ({**RIDE, "ExpiryMinutes": "sixty"}, "InvalidRequest", 0),
        ({**RIDE, "VoiceConnectorId": "unknown123456789012345"}, "NotFound", 1),
        ({**RIDE, "VoiceConnectorId": CONNECTORS[1]}, "GeneralServiceException", 1),
    ],
)
def test_terminal_error(resource: Resource, declared: Properties, code: str, calls: int) -> None:
    """An error of a terminal code is told by its code, and not tried again."""
    disabled = ProxyConfiguration(
        default_session_expiry_minutes=60, phone_number_countries=("US",), disabled=True
    )
    resource.universe.service.put_configuration(Connector(REGION, CONNECTORS[1]), disabled)

    answer = resource.create(declared)

    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(f"{code}: ")
    assert resource.universe.wire.calls == ["CreateProxySession"] * calls


def test_access_denied(resource: Resource, ride_id: str) -> None:
    """A refusal of IAM is terminal, but for a Create, whose role may be too new to be known."""
    resource.disturb(ApiFault.DENIED)
    assert resource.update(ride_id, RIDE, TEXTING)["Reason"].startswith("AccessDenied: ")

    resource.disturb(ApiFault.DENIED)
    assert resource.create(RIDE)["Status"] == "SUCCESS"


@pytest.mark.parametrize("calls_before", [0, 1])
def test_access_denied_to_what_is_adopted(
    resource: Resource, ride_id: str, calls_before: int
) -> None:
    """A Create that adopts a session waits for a role that is too new to be known as well."""
    adopting = {**RIDE, "AdoptProxySessionId": ride_id.partition("/")[2]}
    resource.disturb(*[ApiFault.NONE] * calls_before, ApiFault.DENIED)

    assert resource.create(adopting)["PhysicalResourceId"] == ride_id


@pytest.mark.parametrize("calls_before", [1, 2])
def test_access_denied_to_another_connector(
    resource: Resource, ride_id: str, calls_before: int
) -> None:
    """An Update to another connector waits for the permission, which is as new as a Create's."""
    resource.disturb(*[ApiFault.NONE] * calls_before, ApiFault.DENIED)

    moved = resource.update(ride_id, RIDE, ride(VoiceConnectorId=CONNECTORS[1]).properties)

    assert moved["PhysicalResourceId"].startswith(CONNECTORS[1])


def test_no_leak_by_an_id_that_is_not_told(resource: Resource) -> None:
    """A session whose id could not be learnt is found by the id that the failed Create answers."""
    resource.disturb(ApiFault.ERROR_AFTER, *[ApiFault.ERROR_BEFORE] * ENDLESS)
    answer = resource.create(RIDE)
    resource.disturb()
    assert answer["Status"] == "FAILED"
    assert len(resource.listed()) == 1

    assert resource.delete(answer["PhysicalResourceId"], RIDE)["Status"] == "SUCCESS"

    assert resource.listed() == []


@pytest.mark.parametrize("fault", ApiFault)
def test_no_leak_by_a_delete_that_lies(resource: Resource, ride_id: str, fault: ApiFault) -> None:
    """A Delete succeeds when the session is gone, whatever befalls its call, and not before."""
    resource.disturb(fault)

    answer = resource.delete(ride_id, RIDE)

    resource.disturb()
    assert (answer["Status"] == "SUCCESS") is (resource.listed() == [])
    assert (answer["Status"] == "FAILED") is (fault is ApiFault.DENIED)


@pytest.mark.parametrize("fault", [*RETRIABLE, ApiFault.DENIED])
def test_no_leak_by_a_delete_in_vain(resource: Resource, ride_id: str, fault: ApiFault) -> None:
    """A Delete that the API does not carry out fails, and succeeds when it is asked for again."""
    resource.disturb(*[fault] * ENDLESS)
    assert resource.delete(ride_id, RIDE)["Status"] == "FAILED"

    resource.disturb()
    assert resource.listed() == [ride_id]
    assert resource.delete(ride_id, RIDE)["Status"] == "SUCCESS"
    assert resource.listed() == []


def test_delete_of_an_interrupted_create(resource: Resource) -> None:
    """The Delete of a Create that was interrupted spares what a later Create has made.

    A stack that failed without a rollback can be updated. That deletes what failed, and nothing
    says that it does so before it creates it anew.
    """
    resource.disturb(ApiFault.ERROR_AFTER, *[ApiFault.ERROR_BEFORE] * ENDLESS)
    interrupted = resource.create(RIDE)
    resource.disturb()
    made = created(resource, RIDE)

    resource.delete(interrupted["PhysicalResourceId"], RIDE)

    assert resource.listed() == [made]
