"""The construct of a voice connector's proxy configuration."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from constructs import Construct

from chime_proxy._phone_number import PhoneNumber
from chime_proxy._provider.provider import ProxySessionProvider
from chime_proxy._resource_schema import VOICE_CONNECTOR_PROXY
from chime_proxy._resources import properties as props
from chime_proxy._resources.custom_resource import custom_resource, depend
from chime_proxy._resources.voice_connector import (
    ConfiguredVoiceConnector,
    VoiceConnector,
    voice_connector_id,
)
from chime_proxy._schema import check


class VoiceConnectorProxy(ConfiguredVoiceConnector):
    """The proxy configuration of a voice connector: without one it carries no proxy sessions.

    Everything but the connector changes in place. Sessions whose `voice_connector` it is are made
    after it and deleted before it.

    Args:
        scope: where the configuration belongs.
        construct_id: its id within the scope.
        voice_connector: what is configured: an id (not an ARN), or the connector's construct.
        pool_countries: where proxy numbers are from, each two capital letters, such as `US`.
        default_expiry: how long a session stays open that does not say, 1 to 720 whole minutes.
        fallback_number: whom calls reach after a session has ended: a number in E.164 format, or
            a `PhoneNumber` that keeps it out of the template. Default: nobody.
        enabled: whether sessions can be created. Default: they can.
        adopt_existing: whether to take over a configuration that the connector has already.
            It then belongs to the stack, which deletes it unless `removal_policy` says otherwise:
            so that must be given as well. Default: creation fails.
        provider: the function that serves the configuration. Default: one for the whole stack.
        removal_policy: `RETAIN` keeps the configuration when it is removed or replaced.
            Default: it is deleted.

    Raises:
        ValueError: every prop at fault and what it may be.
    """

    def __init__(  # noqa: PLR0913 - the resource's own properties
        self,
        scope: Construct,
        construct_id: str,
        *,
        voice_connector: VoiceConnector,
        pool_countries: Sequence[str],
        default_expiry: Duration,
        fallback_number: str | PhoneNumber | None = None,
        enabled: bool = True,
        adopt_existing: bool = False,
        provider: ProxySessionProvider | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._connector = voice_connector_id(voice_connector)
        properties = props.given(
            VoiceConnectorId=self._connector,
            DefaultSessionExpiryMinutes=props.minutes(default_expiry),
            PhoneNumberPoolCountries=props.listed(pool_countries),
            FallBackPhoneNumber=props.number(fallback_number),
            Disabled=None if enabled else True,
            AdoptExisting=adopt_existing or None,
        )
        check(self, properties, VOICE_CONNECTOR_PROXY)
        props.check_adoption(self, "adopt_existing", adopt_existing, removal_policy)
        provider = provider or ProxySessionProvider.of(self)
        self._resource = custom_resource(
            self, provider, "Custom::ChimeVoiceConnectorProxy", properties, removal_policy
        )
        permission = provider.permission_to_configure(self, self._connector)
        depend(self._resource, provider, permission, [fallback_number])

    @property
    def voice_connector_id(self) -> str:
        """The id of the voice connector, once it is configured."""
        return self._resource.get_att_string("VoiceConnectorId")

    @property
    def default_session_expiry_minutes(self) -> str:
        """The minutes after which a session closes that says nothing else."""
        return self._resource.get_att_string("DefaultSessionExpiryMinutes")

    @property
    def phone_number_countries(self) -> str:
        """The countries that proxy numbers are taken from, sorted and joined with commas."""
        return self._resource.get_att_string("PhoneNumberCountries")

    @property
    def fall_back_phone_number(self) -> str:
        """The fallback number; empty without one, and where it came as a `PhoneNumber`."""
        return self._resource.get_att_string("FallBackPhoneNumber")

    @property
    def disabled(self) -> str:
        """`true` where no session can be created, else `false`."""
        return self._resource.get_att_string("Disabled")
