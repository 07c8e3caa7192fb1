import aws_cdk as cdk
from aws_cdk.assertions import Template

from chime_proxy import Capability, ProxySession, ProxySessionProvider

IDS = [
    "One8A44B909",
    "OwnE919A566",
    "OwnLogGroupB593CD7D",
    "OwnRoleC7AF7477",
    "OwnRoleDefaultPolicy8306EDB6",
    "OwnVoiceConnectorabcdef1ghij2klmno3pqr4F9DDC90F",
    "ProxySessionProvider321D5EDA",
    "ProxySessionProviderLogGroup0FA4C898",
    "ProxySessionProviderRole96D997A3",
    "ProxySessionProviderRoleDefaultPolicy6C97F876",
    "ProxySessionProviderVoiceConnectorabcdef1ghij2klmno3pqr46233DED8",
    "Two20CDA8F5",
]


def test_logical_ids_are_pinned(stack: cdk.Stack) -> None:
    """The logical ids are these to the letter: another one would replace what is deployed."""
    provider = ProxySessionProvider(stack, "Own", endpoint_url="https://calls.example.com")
    for construct_id, given in (("One", None), ("Two", provider)):
        ProxySession(
            stack,
            construct_id,
            voice_connector="abcdef1ghij2klmno3pqr4",
            participants=["+14015550101", "+12065550100"],
            capabilities=[Capability.VOICE],
            provider=given,
        )

    found = sorted(Template.from_stack(stack).to_json()["Resources"])

    assert found == IDS
