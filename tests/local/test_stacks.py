"""The service and the sessions that `make local` shows."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.local.probe import ProbeStack
from tests.local.running_cloud import RunningCloud

from chime_proxy_local.command import process
from chime_proxy_local.command.deployment import stack_names
from chime_proxy_local.command.stacks import Stacks
from chime_proxy_local.folder import Folder
from chime_proxy_local.health import endpoint

STACK = "aws:cloudformation:stack"


def with_api(route: str) -> dict[str, Any]:
    """Resources of an HTTP API with a route, such as a service has."""
    api = {"Ref": "Api"}
    integration = {"ApiId": api, "IntegrationType": "HTTP_PROXY", "IntegrationMethod": "ANY"}
    return {
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "api", "ProtocolType": "HTTP"},
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {**integration, "IntegrationUri": "http://127.0.0.1:9"},
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": api,
                "RouteKey": route,
                "Target": {"Fn::Sub": "integrations/${Integration}"},
            },
        },
    }


SERVICE = with_api("ANY /voice-connectors/{proxy+}")


@contextmanager
def created(cloud: RunningCloud, name: str, resources: dict[str, Any]) -> Iterator[str]:
    """Create a stack, give the id of its API, and delete the stack."""
    cloudformation = cloud.client("cloudformation")
    template = json.dumps({"Resources": resources})
    cloudformation.create_stack(StackName=name, TemplateBody=template)
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    found = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Api")
    yield found["StackResourceDetail"]["PhysicalResourceId"]
    cloudformation.delete_stack(StackName=name)


def test_service_is_one_of_the_stacks_asked_for(cloud: RunningCloud) -> None:
    """Other stacks may have services, older or newer: they are not taken."""
    stacks = Stacks(endpoint(cloud.port))
    with (
        created(cloud, "Older", SERVICE),
        created(cloud, "Asked", SERVICE) as wanted,
        created(cloud, "Newer", SERVICE),
    ):
        assert stacks.deployed(["Asked"]).service_api == wanted


def test_first_service_is_taken_in_the_order_of_the_stacks(cloud: RunningCloud) -> None:
    """Of several services the first one is taken, in the order in which the stacks are asked for."""
    stacks = Stacks(endpoint(cloud.port))
    with (
        created(cloud, "WithoutRoute", with_api("ANY /other")),
        created(cloud, "First", SERVICE) as first,
        created(cloud, "Second", SERVICE) as second,
    ):
        assert stacks.deployed(["WithoutRoute", "First", "Second"]).service_api == first
        assert stacks.deployed(["WithoutRoute", "Second", "First"]).service_api == second
        assert stacks.deployed(["WithoutRoute"]).service_api is None


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """An app with a stack, the provider for plain templates, and a stage that has a stack."""
    artifacts = {
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
        "Calls": {"type": STACK, "properties": {"templateFile": "c", "stackName": "MaskedCalls"}},
        "ChimeProxyService": {"type": STACK, "properties": {"templateFile": "s"}},
        "assembly-Test": {
            "type": "cdk:cloud-assembly",
            "properties": {"directoryName": "assembly-Test"},
        },
    }
    staged = {"TestCalls": {"type": STACK, "properties": {"templateFile": "t"}}}
    (tmp_path / "assembly-Test").mkdir()
    for folder, content in ((tmp_path, artifacts), (tmp_path / "assembly-Test", staged)):
        (folder / "manifest.json").write_text(json.dumps({"artifacts": content}))
    return tmp_path


def test_stacks_are_those_of_the_app_but_the_one_left_out(assembly: Path) -> None:
    """The names are in the app's order, those of its stages too; ChimeProxyService is left out."""
    assert stack_names(assembly, "!ChimeProxyService") == ["MaskedCalls", "TestCalls"]
    assert stack_names(assembly, "*Calls") == ["MaskedCalls", "TestCalls"]
    assert stack_names(assembly, "MaskedCalls") == ["MaskedCalls"]


@pytest.fixture
def own_cloud(tmp_path: Path) -> Iterator[RunningCloud]:
    """Start a cloud whose stacks may all be deleted."""
    folder = Folder(tmp_path / ".local")
    yield RunningCloud(folder, process.start(folder))
    process.stop(folder)


PARAMETER = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "calls"}}
EXPORT = {"Calls": {"Value": {"Ref": "Parameter"}, "Export": {"Name": "calls"}}}


def importing() -> dict[str, Any]:
    """Resources that need the export of another stack."""
    value = {"Fn::ImportValue": "calls"}
    return {"Parameter": {**PARAMETER, "Properties": {"Type": "String", "Value": value}}}


def test_all_stacks_are_deleted_whoever_needs_whom(own_cloud: RunningCloud) -> None:
    """A protected stack is deleted too, and so is one whose export an older stack uses."""
    cloudformation = own_cloud.client("cloudformation")
    parameter = {"Resources": {"Parameter": PARAMETER}}
    deployed = {
        "Older": parameter,
        "Exporting": {**parameter, "Outputs": EXPORT},
        "CDKToolkit": parameter,
    }
    for name, template in deployed.items():
        cloudformation.create_stack(
            StackName=name, TemplateBody=json.dumps(template), EnableTerminationProtection=True
        )
    template = json.dumps({"Resources": importing()})
    cloudformation.update_stack(StackName="Older", TemplateBody=template)
    stacks = Stacks(endpoint(own_cloud.port))
    stacks.wait_until_settled()
    assert stacks.names() == ["Older", "Exporting"]

    assert stacks.delete_all() == []

    assert stacks.names() == []


def test_stuck_stack_is_named_with_its_remedy(own_cloud: RunningCloud, tmp_path: Path) -> None:
    """A stack that cannot be deleted is left, and is reported with its state and its remedy."""
    probe = ProbeStack(own_cloud.client("cloudformation"), "Stuck", tmp_path / "journal")
    probe.create(Delete={"Status": "FAILED"})
    stacks = Stacks(endpoint(own_cloud.port))

    (stuck,) = stacks.delete_all()

    assert (stuck.name, stuck.status) == ("Stuck", "DELETE_FAILED")
    assert "The stack Stuck is in DELETE_FAILED." in str(stuck)
    assert "`cdk destroy Stuck` deletes the rest of it." in str(stuck)
    assert stacks.stuck() == [stuck]
