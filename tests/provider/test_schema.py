import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from chime_proxy_provider import handler as provider

MODEL = boto3.client("chime-sdk-voice").meta.service_model
CREATE = MODEL.operation_model("CreateProxySession").input_shape
UPDATE = MODEL.operation_model("UpdateProxySession").input_shape
SESSION = MODEL.shape_for("ProxySession")
SCHEMA: Mapping[str, Any] = json.loads(
    (Path(provider.__file__).parent / "proxy_session" / "schema.json").read_text(encoding="utf-8")
)
PROPERTIES = SCHEMA["properties"]
# What the resource has beyond the API.
OWN = {"RevealParticipantPhoneNumbers", "AdoptProxySessionId", "DeploymentId"}


def named(keyword: str) -> set[str]:
    """The properties that a list of pointers names."""
    return {pointer.removeprefix("/properties/") for pointer in SCHEMA[keyword]}


def test_resource_accepts_and_requires_what_the_api_does() -> None:
    """Beyond its own, the resource accepts and requires what CreateProxySession does."""
    assert set(PROPERTIES) - named("readOnlyProperties") - OWN == set(CREATE.members)
    assert set(SCHEMA["required"]) == set(CREATE.required_members)


def test_in_place() -> None:
    """What UpdateProxySession takes changes in place; all else makes a new session."""
    key = {"VoiceConnectorId", "ProxySessionId"}
    in_place = set(CREATE.members) - named("createOnlyProperties")

    assert in_place == set(UPDATE.members) - key
    assert named("conditionalCreateOnlyProperties") == in_place - set(UPDATE.required_members)


def test_properties_are_those_of_a_session() -> None:
    """Inputs and outputs together are the API's session, but for the participants' two shapes."""
    assert set(PROPERTIES) - {"ParticipantPhoneNumbers"} - OWN == set(SESSION.members)


def test_own_properties_change_in_place() -> None:
    """What the API is not told of replaces no session."""
    assert named("providerOnlyProperties") == OWN
    assert not OWN & (named("createOnlyProperties") | named("conditionalCreateOnlyProperties"))


def test_participant_may_be_a_secret_or_a_parameter() -> None:
    """Beyond the API's number, a participant may be a secret's ARN or a parameter's name."""
    _, *references = found(("ParticipantPhoneNumbers", "items"))["oneOf"]

    assert [set(reference["properties"]) for reference in references] == [
        {"SecretArn", "JsonField"},
        {"ParameterName"},
    ]
    assert all(reference["additionalProperties"] is False for reference in references)


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        (("Capabilities", "items"), CREATE.members["Capabilities"].member),
        (("NumberSelectionBehavior",), CREATE.members["NumberSelectionBehavior"]),
        (("GeoMatchLevel",), CREATE.members["GeoMatchLevel"]),
        (("Status",), SESSION.members["Status"]),
    ],
)
def test_enumerations_are_the_apis(path: tuple[str, ...], shape: Any) -> None:
    """Enumerations have the API's values."""
    assert sorted(found(path)["enum"]) == sorted(shape.enum)


@pytest.mark.parametrize(
    ("path", "pattern", "ours"),
    [
        (
            ("VoiceConnectorId",),
            CREATE.members["VoiceConnectorId"].metadata["pattern"],
            lambda pattern: f"^{pattern}$".replace("(", "(?:").replace(
                "-[0-9a-f]{4}" * 3, "(?:-[0-9a-f]{4}){3}"
            ),
        ),
        (
            ("ParticipantPhoneNumbers", "items", "oneOf", 0),
            CREATE.members["ParticipantPhoneNumbers"].member.metadata["pattern"],
            # A number without its plus sign may be a national one that only looks international.
            lambda pattern: pattern.replace(r"\+?", r"\+").replace(r"\d", "[0-9]"),
        ),
        (
            ("Name",),
            CREATE.members["Name"].metadata["pattern"],
            lambda pattern: pattern.removeprefix("^$|"),
        ),
        (
            ("GeoMatchParams", "properties", "Country"),
            CREATE.members["GeoMatchParams"].members["Country"].metadata["pattern"],
            lambda pattern: pattern.removeprefix("^$|").replace("{2,2}", "{2}"),
        ),
        (
            ("GeoMatchParams", "properties", "AreaCode"),
            CREATE.members["GeoMatchParams"].members["AreaCode"].metadata["pattern"],
            lambda pattern: pattern.removeprefix("^$|").replace("{3,3}", "{3}"),
        ),
    ],
)
def test_patterns_are_the_apis(path: tuple[str | int, ...], pattern: str, ours: Any) -> None:
    """Patterns are the API's, made whole where the API's match part of a text or none of it."""
    assert found(path)["pattern"] == ours(pattern)


def test_ranges_are_the_apis() -> None:
    """Ranges are the API's; twelve hours at most is AWS's guide's word, not the model's."""
    participants = CREATE.members["ParticipantPhoneNumbers"].metadata
    expiry = PROPERTIES["ExpiryMinutes"]

    assert (expiry["minimum"], expiry["maximum"]) == (
        CREATE.members["ExpiryMinutes"].metadata["min"],
        720,
    )
    assert PROPERTIES["ParticipantPhoneNumbers"]["minItems"] == participants["min"]
    assert PROPERTIES["ParticipantPhoneNumbers"]["maxItems"] == participants["max"]


def test_geo_match_params() -> None:
    """Country and area code go together, as in the API."""
    shape = CREATE.members["GeoMatchParams"]

    assert set(PROPERTIES["GeoMatchParams"]["required"]) == set(shape.required_members)


def test_every_member_of_a_session_is_an_attribute() -> None:
    """Every attribute is required, and every member of a session is among them."""
    attributes = SCHEMA["definitions"]["Attributes"]
    members = {name.split(".")[0] for name in attributes["properties"]}

    assert list(attributes["properties"]) == attributes["required"]
    assert members == set(SESSION.members) | {"ProxyPhoneNumber"}


def found(path: tuple[str | int, ...]) -> Mapping[str, Any]:
    """The schema at the end of a path below the properties."""
    schema: Any = PROPERTIES
    for step in path:
        schema = schema[step]
    return dict(schema)
