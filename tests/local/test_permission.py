import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from tests.local.running_cloud import Credentials, RunningCloud

OURS, ANOTHER = "abcdef1ghij2klmno3pqr4", "zzzzzz1ghij2klmno3pqr4"
ACCOUNT = "000000000000"
POLICY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "chime:ListProxySessions",
            "Resource": f"arn:aws:chime:us-east-1:{ACCOUNT}:vc/{OURS}",
        }
    ]
}
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]
}


@pytest.fixture
def lister(cloud: RunningCloud) -> Iterator[Credentials]:
    """Assume a role that may list the sessions of one voice connector and nothing else."""
    iam, name = cloud.client("iam"), f"lister-{uuid4().hex[:8]}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="List", PolicyDocument=json.dumps(POLICY))
    answer = cloud.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")
    keys = answer["Credentials"]
    yield Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    iam.delete_role_policy(RoleName=name, PolicyName="List")
    iam.delete_role(RoleName=name)


def _refusal(client: Any, connector: str) -> str:
    with pytest.raises(ClientError) as refused:
        client.list_proxy_sessions(VoiceConnectorId=connector)
    code: str = refused.value.response["Error"]["Code"]
    return code


def test_root_may_do_everything(cloud: RunningCloud) -> None:
    """The account's root may do everything on the connector that the cloud starts with."""
    client = cloud.client("chime-sdk-voice")
    client.list_proxy_sessions(VoiceConnectorId=OURS)
    proxy = client.get_voice_connector_proxy(VoiceConnectorId=OURS)["Proxy"]
    assert (proxy["DefaultSessionExpiryMinutes"], proxy["Disabled"]) == (60, False)


def test_role_on_its_connector(cloud: RunningCloud, lister: Credentials) -> None:
    """A role may do what its policy allows."""
    client = cloud.client("chime-sdk-voice", lister)
    assert client.list_proxy_sessions(VoiceConnectorId=OURS)["ProxySessions"] == []


def test_role_on_another_connector(cloud: RunningCloud, lister: Credentials) -> None:
    """A role may do nothing on a connector that its policy does not name."""
    client = cloud.client("chime-sdk-voice", lister)
    assert _refusal(client, ANOTHER) == "AccessDeniedException"


def test_another_operation_of_role(cloud: RunningCloud, lister: Credentials) -> None:
    """A role may do nothing that its policy does not name, and is told in AWS's words."""
    client = cloud.client("chime-sdk-voice", lister)
    with pytest.raises(ClientError, match="is not authorized to perform: chime:GetProxySession"):
        client.get_proxy_session(VoiceConnectorId=OURS, ProxySessionId="any")


def test_wrong_signature_is_refused(cloud: RunningCloud, lister: Credentials) -> None:
    """A request that is signed with another secret is refused."""
    wrong = replace(lister, secret_key="wrong")
    assert _refusal(cloud.client("chime-sdk-voice", wrong), OURS) == "SignatureDoesNotMatch"
