"""The construct of a proxy session."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from constructs import Construct

from chime_proxy._options import Capability, GeoMatch, NumberSelection, SequenceNotStr
from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.provider import ProxySessionProvider
from chime_proxy._resource_schema import PROXY_SESSION
from chime_proxy._resources import properties as props
from chime_proxy._resources.configuration_check import warn_without_configuration
from chime_proxy._resources.custom_resource import custom_resource, depend, provider_of, readings
from chime_proxy._resources.session_reference import IProxySession, SessionBase, SessionReference
from chime_proxy._resources.voice_connector import (
    ConfiguredVoiceConnector,
    VoiceConnector,
    service_of,
    voice_connector_id,
)
from chime_proxy._schema import check
from chime_proxy._service.reference import IProxySessionService, ServiceBase


@dataclass(frozen=True, slots=True)
class Participant:
    """One participant of a session, as the session's attributes show it.

    Args:
        phone_number: the participant's own number.
        proxy_phone_number: the number to call and text from `phone_number`.
    """

    phone_number: str
    proxy_phone_number: str


class ProxySession(SessionBase):
    """Two participants who call and text each other through one proxy phone number.

    Capabilities and expiry change in place. Any other change, and the removal of `expiry`,
    replaces the session, and the new one may have another number. A session closes when it
    expires; the next update of its resource then creates a new one.

    Texts, numbers, lists and their items may be tokens. Secrets are refused: CloudFormation
    resolves none in a custom resource, and `PhoneNumber` takes their place.

    Args:
        scope: where the session belongs.
        construct_id: its id within the scope.
        voice_connector: an id (not an ARN), the connector's construct, or its
            `VoiceConnectorProxy`; the session depends on the latter.
        participants: the two participants' numbers, each in E.164 format, or as a `PhoneNumber`
            to keep it out of the template. `geo_match` looks at the first.
        capabilities: voice, text messages or both.
        expiry: time until the session closes, 1 to 720 whole minutes. Default: the connector's
            own.
        name: at most 30 letters, digits and spaces. Default: one derived from stack and
            resource; after a crash the handler finds the session by it.
        number_selection: preference for or against the proxy number these participants had last.
            Default: the service decides.
        geo_match: preferred place of the proxy number. Default: anywhere.
        provider: the function behind the session. Default: one for the whole stack.
        removal_policy: `RETAIN` keeps the session when it is removed or replaced.
            Default: it is deleted.
        reveal_participants: show the numbers of a `PhoneNumber` in the session's `participants`
            too. Default: they are empty.
        adopt: id of an existing session with the properties declared here. The resource takes it
            over instead of creating one, and the stack deletes it unless `removal_policy` says
            otherwise; so `removal_policy` is required with it. After the first deployment it may
            be left out. Default: a session is created.
        ensure_open_on_deploy: check the session at every deployment, and create a new one if it
            has closed. It costs an update of the session per deployment, and the template
            differs at each synthesis. Default: only a change touches the session.

    Raises:
        ValueError: for each wrong prop, its allowed values.
    """

    def __init__(  # noqa: PLR0913 - the resource's own properties
        self,
        scope: Construct,
        construct_id: str,
        *,
        voice_connector: VoiceConnector,
        participants: SequenceNotStr[str | PhoneNumber],
        capabilities: SequenceNotStr[Capability | str],
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
            DeploymentId=props.deployment_id(self, differs=ensure_open_on_deploy),
        )
        check(self, scope, properties, PROXY_SESSION)
        props.check_adoption(self, "adopt", adopt, removal_policy)
        provider = provider_of(scope, service_of(voice_connector), provider)
        self._service = provider.service
        if isinstance(provider.service, ServiceBase):
            provider.service.capability_check.note_session(self, capabilities)
        self._resource = custom_resource(
            self, provider, "Custom::ChimeProxySession", properties, removal_policy
        )
        permission = provider.permission_for(scope, connector)
        needed = [permission, *readings(scope, provider, participants)]
        if isinstance(voice_connector, ConfiguredVoiceConnector):
            needed.append(voice_connector)
        else:
            warn_without_configuration(self, voice_connector)
        depend(self._resource, *needed)

    @staticmethod
    def from_proxy_session_attributes(
        scope: Construct,
        construct_id: str,
        *,
        voice_connector_id: str,
        proxy_session_id: str,
        service: IProxySessionService | None = None,
    ) -> IProxySession:
        """Refer to a session of another app or stack, or of none.

        Args:
            scope: a construct of the stack that uses it.
            construct_id: its id within the scope.
            voice_connector_id: the id of its voice connector, not the ARN.
            proxy_session_id: its id within the voice connector.
            service: the service that has the session. Default: none; permissions are those of
                the API `chime`.

        Raises:
            ValueError: `voice_connector_id` is not an id.
        """
        return SessionReference(
            scope,
            construct_id,
            voice_connector_id=voice_connector_id,
            proxy_session_id=proxy_session_id,
            service=service,
        )

    @property
    def proxy_session_id(self) -> str:
        """The id of the session within its voice connector."""
        return self._attribute("ProxySessionId")

    @property
    def voice_connector_id(self) -> str:
        """The id of the session's voice connector."""
        return self._attribute("VoiceConnectorId")

    @property
    def session_name(self) -> str:
        """The name of the session: `name`, or the derived one."""
        return self._attribute("Name")

    @property
    def status(self) -> str:
        """`Open`, `InProgress` or `Closed`, as of the last deployment."""
        return self._attribute("Status")

    @property
    def proxy_phone_number(self) -> str:
        """The number both participants call and text."""
        return self._attribute("ProxyPhoneNumber")

    @property
    def participants(self) -> tuple[Participant, Participant]:
        """Both participants, in the order declared."""
        return self._participant(0), self._participant(1)

    @property
    def capabilities(self) -> str:
        """The capabilities of the session, sorted and joined with commas."""
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
