import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.local.plain_stack import PlainStack
from tests.local.running_cloud import RunningCloud


@pytest.fixture
def connector(cloud: RunningCloud, tmp_path: Path) -> Iterator[PlainStack]:
    """Declare a connector, and remove it afterwards."""
    template = tmp_path / "template.json"
    stack = PlainStack(cloud.client("cloudformation"), f"plain-{uuid4().hex[:8]}", template)
    declare(stack)
    assert stack.create() == "CREATE_COMPLETE"
    yield stack
    assert stack.delete() == "DELETE_COMPLETE"


def declare(stack: PlainStack, **properties: Any) -> None:
    """Write a template with a connector."""
    connector = {
        "Type": "AWS::Chime::VoiceConnector",
        "Properties": {"Name": "calls", "RequireEncryption": True, **properties},
    }
    outputs = {
        "Ref": {"Value": {"Ref": "Connector"}},
        **{
            name: {"Value": {"Fn::GetAtt": ["Connector", name]}}
            for name in ("VoiceConnectorArn", "VoiceConnectorId", "OutboundHostName")
        },
    }
    template = {"Resources": {"Connector": connector}, "Outputs": outputs}
    stack.template.write_text(json.dumps(template))


def test_connector_has_id_and_arn(connector: PlainStack) -> None:
    """A connector has an id as AWS's have it, and its Ref is its ARN."""
    outputs = connector.outputs()

    assert re.fullmatch("[a-z0-9]{22}", outputs["VoiceConnectorId"])
    assert outputs["Ref"] == outputs["VoiceConnectorArn"]
    assert outputs["Ref"].endswith(f":vc/{outputs['VoiceConnectorId']}")
    assert outputs["OutboundHostName"].startswith(outputs["VoiceConnectorId"])


def test_other_name_keeps_the_connector(connector: PlainStack) -> None:
    """Another name keeps the connector."""
    before = connector.outputs()
    declare(connector, Name="other calls")

    assert connector.update() == "UPDATE_COMPLETE"

    assert connector.outputs() == before


def test_other_network_type_replaces_the_connector(connector: PlainStack) -> None:
    """Another network type makes another connector."""
    before = connector.outputs()
    declare(connector, NetworkType="DUAL_STACK")

    assert connector.update() == "UPDATE_COMPLETE"

    assert connector.outputs()["Ref"] != before["Ref"]
