"""The construct of a voice connector's proxy configuration."""

from aws_cdk import Duration, RemovalPolicy
from constructs import Construct

from chime_proxy._options import SequenceNotStr
from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.provider import ProxySessionProvider
from chime_proxy._resource_schema import VOICE_CONNECTOR_PROXY
from chime_proxy._resources import properties as props
from chime_proxy._resources.configuration_check import note_configuration
from chime_proxy._resources.custom_resource import custom_resource, depend, provider_of, readings
from chime_proxy._resources.voice_connector import (
    ConfiguredVoiceConnector,
    VoiceConnector,
    own_voice_connector_id,
    voice_connector_id,
)
from chime_proxy._schema import check
from chime_proxy._service.reference import IProxySessionService


class VoiceConnectorProxy(ConfiguredVoiceConnector):
    """The proxy configuration of a voice connector; without one it has no proxy sessions.

    Everything but the connector changes in place. Sessions with this construct as their
    `voice_connector` are created after it and deleted before it.

    Args:
        scope: where the configuration belongs.
        construct_id: its id within the scope.
        voice_connector: an id (not an ARN), or the connector's construct. Default, with a
            `service`: an id of this construct's own, for which no Chime voice connector is needed.
            It changes if the construct moves to another path.
        pool_countries: the countries of the proxy numbers, each two capital letters, such as `US`.
        default_expiry: expiry of sessions without their own, 1 to 720 whole minutes.
        fallback_number: the number that calls reach after a session has ended, in E.164 format,
            or as a `PhoneNumber` to keep it out of the template. Default: none.
        enabled: allow new sessions. Default: they are allowed.
        adopt_existing: take over the connector's existing configuration. The stack then deletes
            it unless `removal_policy` says otherwise; so `removal_policy` is required with it.
            Default: creation fails if the connector has a configuration.
        service: the service that has the configuration and its sessions. Default: the API of the
            provider.
        provider: the function behind the configuration. Default: one for the whole stack.
        removal_policy: `RETAIN` keeps the configuration when it is removed or replaced.
            Default: it is deleted.

    Raises:
        ValueError: for each wrong prop, its allowed values.
    """

    def __init__(  # noqa: PLR0913 - the resource's own properties
        self,
        scope: Construct,
        construct_id: str,
        *,
        voice_connector: "VoiceConnector | None" = None,
        pool_countries: SequenceNotStr[str],
        default_expiry: Duration,
        fallback_number: str | PhoneNumber | None = None,
        enabled: bool = True,
        adopt_existing: bool = False,
        service: IProxySessionService | None = None,
        provider: ProxySessionProvider | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        if voice_connector is None and service is None:
            msg = "pass voice_connector, or the service that is to have the configuration"
            raise ValueError(msg)
        voice_connector = voice_connector or own_voice_connector_id(self)
        self._connector = voice_connector_id(voice_connector)
        properties = props.given(
            VoiceConnectorId=self._connector,
            DefaultSessionExpiryMinutes=props.minutes(default_expiry),
            PhoneNumberPoolCountries=props.listed(pool_countries),
            FallBackPhoneNumber=props.number(fallback_number),
            Disabled=props.disabled(enabled),
            AdoptExisting=adopt_existing or None,
        )
        check(self, scope, properties, VOICE_CONNECTOR_PROXY)
        props.check_adoption(self, "adopt_existing", adopt_existing, removal_policy)
        provider = provider_of(scope, service, provider)
        self._service = provider.service
        self._resource = custom_resource(
            self, provider, "Custom::ChimeVoiceConnectorProxy", properties, removal_policy
        )
        permission = provider.permission_to_configure(scope, self._connector)
        depend(self._resource, permission, *readings(scope, provider, fallback_number))
        note_configuration(voice_connector)

    @property
    def voice_connector_id(self) -> str:
        """The id of the voice connector, once it is configured."""
        return self._resource.get_att_string("VoiceConnectorId")

    @property
    def default_session_expiry_minutes(self) -> str:
        """The minutes until a session without its own expiry closes."""
        return self._resource.get_att_string("DefaultSessionExpiryMinutes")

    @property
    def phone_number_countries(self) -> str:
        """The countries of the proxy numbers, sorted and joined with commas."""
        return self._resource.get_att_string("PhoneNumberCountries")

    @property
    def fall_back_phone_number(self) -> str:
        """The fallback number; empty if there is none, or if it is a `PhoneNumber`."""
        return self._resource.get_att_string("FallBackPhoneNumber")

    @property
    def disabled(self) -> str:
        """`true` if no session can be created, else `false`."""
        return self._resource.get_att_string("Disabled")
