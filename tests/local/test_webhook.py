"""A webhook for TwiML and a session in one stack, on the local cloud with permissions on."""

from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import aws_cdk as cdk
import pytest
from aws_cdk import aws_secretsmanager
from tests.local.assets import publish_assets
from tests.local.running_cloud import RunningCloud
from tests.local.session_stack import SessionStack
from twilio.request_validator import RequestValidator

from chime_proxy import (
    Capability,
    ProxySession,
    ProxySessionService,
    TwimlWebhook,
    VoiceConnectorProxy,
)
from chime_proxy.sdk import client

ALICE, BOB, STRANGER = "+14015550101", "+12065550100", "+13105550177"
SECRET = "a secret of the carrier"


def synthesize(assembly: Path, secret_arn: str) -> str:
    """Synthesize a stack whose session's calls a webhook connects."""
    app = cdk.App(outdir=str(assembly))
    synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
    stack = cdk.Stack(app, "webhook", synthesizer=synthesizer)
    service = ProxySessionService(
        stack,
        "Service",
        phone_numbers=["+12065550101"],
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    calls = VoiceConnectorProxy(
        stack,
        "Rides",
        service=service,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )
    session = ProxySession(
        stack,
        "Ride",
        voice_connector=calls,
        participants=[ALICE, BOB],
        capabilities=[Capability.VOICE, Capability.SMS],
    )
    secret = aws_secretsmanager.Secret.from_secret_complete_arn(stack, "Token", secret_arn)
    webhook = TwimlWebhook(stack, "Webhook", service=service, secret=secret)
    for name, value in {
        "Url": service.endpoint_url,
        "CallUrl": webhook.call_url,
        "TextUrl": webhook.text_url,
        "StatusUrl": webhook.status_url,
        "Connector": calls.voice_connector_id,
        "Session": session.proxy_session_id,
        "Number": session.proxy_phone_number,
    }.items():
        cdk.CfnOutput(stack, name, value=value)
    app.synth()
    return (assembly / "webhook.template.json").read_text()


@pytest.fixture(scope="module")
def outputs(
    cloud: RunningCloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Deploy the stack once; its outputs."""
    secrets = cloud.client("secretsmanager")
    arn = secrets.create_secret(Name="carrier", SecretString=SECRET)["ARN"]
    assembly = tmp_path_factory.mktemp("webhook")
    template = synthesize(assembly, arn)
    publish_assets(assembly, cloud.client("s3"))
    stack = SessionStack(cloud.client("cloudformation"), None, {"webhook": template}, "Webhook")
    assert stack.create("webhook") == "CREATE_COMPLETE", stack.failures()
    yield stack.outputs()
    stack.delete()
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def ask(url: str, form: dict[str, str], secret: str = SECRET) -> tuple[int, str]:
    """Send a request to the webhook's API as the carrier does."""
    address = urlsplit(url)
    _, api_id, path = address.path.removeprefix("/_aws/").split("/", 2)
    signed = f"https://{api_id}.execute-api.localhost/{path.rpartition('/')[2]}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": RequestValidator(secret).compute_signature(signed, form),
    }
    request = Request(url, urlencode(form).encode(), headers)  # noqa: S310 - our own address
    try:
        with urlopen(request) as response:  # noqa: S310
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def status(outputs: dict[str, str]) -> str:
    """The session's status, by the service's API."""
    session = client(outputs["Url"]).get_proxy_session(
        VoiceConnectorId=outputs["Connector"], ProxySessionId=outputs["Session"]
    )
    return session["ProxySession"]["Status"]


def test_session_is_in_progress_while_its_call_lasts(outputs: dict[str, str]) -> None:
    """A signed call is connected to the other participant; the session is Open before and after."""
    call = {"CallSid": "CA1", "From": ALICE, "To": outputs["Number"]}
    assert status(outputs) == "Open"

    code, body = ask(outputs["CallUrl"], call)
    assert (code, status(outputs)) == (200, "InProgress")
    assert f'callerId="{outputs["Number"]}"' in body
    assert f"<Number>{BOB}</Number>" in body

    ended = {"CallStatus": "completed", "CallDuration": "5"}
    assert ask(outputs["StatusUrl"], call | ended)[0] == 200
    assert status(outputs) == "Open"


def test_text_reaches_the_other_participant(outputs: dict[str, str]) -> None:
    """A text is passed on from the proxy number."""
    text = {"MessageSid": "SM1", "From": BOB, "To": outputs["Number"], "Body": "hello"}

    code, body = ask(outputs["TextUrl"], text)

    assert code == 200
    assert f'from="{outputs["Number"]}" to="{ALICE}"' in body


def test_stranger_hears_a_refusal(outputs: dict[str, str]) -> None:
    """A stranger is told so and reaches nobody."""
    _, body = ask(outputs["CallUrl"], {"CallSid": "CA2", "From": STRANGER, "To": outputs["Number"]})

    assert "You cannot reach anybody" in body
    assert "<Dial" not in body


def test_request_that_the_carrier_did_not_sign_is_refused(outputs: dict[str, str]) -> None:
    """Without the carrier's secret nothing is answered and nothing changes."""
    call = {"CallSid": "CA3", "From": ALICE, "To": outputs["Number"]}

    assert ask(outputs["CallUrl"], call, secret="another")[0] == 403
    assert status(outputs) == "Open"
