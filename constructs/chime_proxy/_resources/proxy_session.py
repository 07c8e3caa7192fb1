"""A proxy session as a construct."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from constructs import Construct

from chime_proxy._options import Capability, GeoMatch, NumberSelection
from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.provider import ProxySessionProvider
from chime_proxy._resource_schema import PROXY_SESSION
from chime_proxy._resources import properties as props
from chime_proxy._resources.custom_resource import custom_resource, depend
from chime_proxy._resources.session_reference import IProxySession, SessionBase, SessionReference
from chime_proxy._resources.voice_connector import (
    ConfiguredVoiceConnector,
    VoiceConnector,
    voice_connector_id,
)
from chime_proxy._schema import check


@dataclass(frozen=True, slots=True)
class Participant:
    """One end of a session.

    Args:
        phone_number: the participant's own number.
        proxy_phone_number: the number that the participant calls and texts.
    """

    phone_number: str
    proxy_phone_number: str


class ProxySession(SessionBase):
    """Two participants who call and text each other through one proxy phone number.

    Capabilities and expiry change in place; any other change, and the removal of `expiry`,
    makes a new session with a number of its own. A session closes by itself when it expires:
    the next change of the stack that touches it then makes a new one.

    Tokens pass in every place of a literal value.

    Args:
        scope: where the session belongs.
        construct_id: its id within the scope.
        voice_connector: what carries it: an id (not an ARN), the connector's construct, or its
            `VoiceConnectorProxy`, which the session then depends on.
        participants: the two participants' numbers: in E.164 format, or a `PhoneNumber` that
            keeps one out of the template. `geo_match` looks at the first.
        capabilities: what it carries.
        expiry: how long it stays open, 1 to 720 whole minutes. Default: the connector's own.
        name: at most 30 letters, digits and spaces. Default: one derived from stack and
            resource, by which the session is found again after a crash.
        number_selection: whether to prefer the proxy number that these participants had last.
            Default: the service decides.
        geo_match: where the proxy number should be from. Default: anywhere.
        provider: the function that serves the session. Default: one for the whole stack.
        removal_policy: `RETAIN` keeps the session when it is removed or replaced.
            Default: it is deleted.
        reveal_participants: whether `participants` of the session shows the numbers that came
            as a `PhoneNumber` too. Default: they are empty.
        adopt: the id of a session that exists already, with what is declared here: creation
            takes it instead of making one. It then belongs to the stack, which deletes it unless
            `removal_policy` says otherwise: so that must be given as well. Later it may be left
            out. Default: a session is made.
        ensure_open_on_deploy: whether every deployment looks at the session, and makes a new
            one if it has closed. It costs an update of the session per deployment, and a
            template that differs at each synthesis. Default: only a change touches the session.

    Raises:
        ValueError: every prop at fault and what it may be.
    """

    def __init__(  # noqa: PLR0913 - the resource's own properties
        self,
        scope: Construct,
        construct_id: str,
        *,
        voice_connector: VoiceConnector,
        participants: Sequence[str | PhoneNumber],
        capabilities: Sequence[Capability | str],
        expiry: Duration | None = None,
        name: str | None = None,
        number_selection: NumberSelection | str | None = None,
        geo_match: GeoMatch | None = None,
        provider: ProxySessionProvider | None = None,
        removal_policy: RemovalPolicy | None = None,
        reveal_participants: bool = False,
        adopt: str | None = None,
        ensure_open_on_deploy: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        connector = self._connector = voice_connector_id(voice_connector)
        properties = props.given(
            VoiceConnectorId=connector,
            ParticipantPhoneNumbers=props.listed(participants),
            Capabilities=props.listed(capabilities),
            ExpiryMinutes=props.minutes(expiry),
            Name=name,
            NumberSelectionBehavior=number_selection,
            **props.geo_match(geo_match),
            RevealParticipantPhoneNumbers=reveal_participants or None,
            AdoptProxySessionId=adopt,
            DeploymentId=props.deployment_id() if ensure_open_on_deploy else None,
        )
        check(self, properties, PROXY_SESSION)
        props.check_adoption(self, "adopt", adopt, removal_policy)
        provider = provider or ProxySessionProvider.of(self)
        self._resource = custom_resource(
            self, provider, "Custom::ChimeProxySession", properties, removal_policy
        )
        depend(self._resource, provider, provider.permission_for(self, connector), participants)
        if isinstance(voice_connector, ConfiguredVoiceConnector):
            self._resource.node.add_dependency(voice_connector)

    @staticmethod
    def from_proxy_session_attributes(
        scope: Construct, construct_id: str, *, voice_connector_id: str, proxy_session_id: str
    ) -> IProxySession:
        """A session that is declared in another app or stack, or in none.

        Args:
            scope: where it is used.
            construct_id: its id within the scope.
            voice_connector_id: the id of the voice connector that carries it, not the ARN.
            proxy_session_id: its id within the voice connector.

        Raises:
            ValueError: `voice_connector_id` is not an id.
        """
        return SessionReference(
            scope,
            construct_id,
            voice_connector_id=voice_connector_id,
            proxy_session_id=proxy_session_id,
        )

    @property
    def proxy_session_id(self) -> str:
        """The id of the session within its voice connector."""
        return self._attribute("ProxySessionId")

    @property
    def voice_connector_id(self) -> str:
        """The id of the voice connector that carries the session."""
        return self._attribute("VoiceConnectorId")

    @property
    def session_name(self) -> str:
        """The name of the session, the derived one where none was given."""
        return self._attribute("Name")

    @property
    def status(self) -> str:
        """`Open`, `InProgress` or `Closed`, as of the last deployment."""
        return self._attribute("Status")

    @property
    def proxy_phone_number(self) -> str:
        """The number that both participants call and text."""
        return self._attribute("ProxyPhoneNumber")

    @property
    def participants(self) -> tuple[Participant, Participant]:
        """Both ends of the session, in the order declared."""
        return self._participant(0), self._participant(1)

    @property
    def capabilities(self) -> str:
        """What the session carries, sorted and joined with commas."""
        return self._attribute("Capabilities")

    @property
    def expiry_minutes(self) -> str:
        """The minutes after which the session closes."""
        return self._attribute("ExpiryMinutes")

    @property
    def created_timestamp(self) -> str:
        """When the session was created (ISO 8601, UTC, milliseconds)."""
        return self._attribute("CreatedTimestamp")

    @property
    def updated_timestamp(self) -> str:
        """When the session was last updated (ISO 8601, UTC, milliseconds)."""
        return self._attribute("UpdatedTimestamp")

    @property
    def ended_timestamp(self) -> str:
        """When the session closed (ISO 8601, UTC, milliseconds); empty while it is open."""
        return self._attribute("EndedTimestamp")

    @property
    def number_selection_behavior(self) -> str:
        """The preference for reusing a proxy number; empty without one."""
        return self._attribute("NumberSelectionBehavior")

    @property
    def geo_match_level(self) -> str:
        """The preference for a number near the first participant; empty without one."""
        return self._attribute("GeoMatchLevel")

    @property
    def geo_match_country(self) -> str:
        """The country asked for; empty without one."""
        return self._attribute("GeoMatchParams.Country")

    @property
    def geo_match_area_code(self) -> str:
        """The area code asked for; empty without one."""
        return self._attribute("GeoMatchParams.AreaCode")

    def _participant(self, index: int) -> Participant:
        return Participant(
            phone_number=self._attribute(f"Participants.{index}.PhoneNumber"),
            proxy_phone_number=self._attribute(f"Participants.{index}.ProxyPhoneNumber"),
        )

    def _attribute(self, name: str) -> str:
        return self._resource.get_att_string(name)
