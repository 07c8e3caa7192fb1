import json
import re
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import aws_cdk as cdk
import pytest
from aws_cdk import (
    assertions,
    aws_apigatewayv2,
    aws_certificatemanager,
    aws_cloudwatch_actions,
    aws_dynamodb,
    aws_ec2,
    aws_events,
    aws_iam,
    aws_kms,
    aws_logs,
    aws_sns,
)

from chime_proxy import (
    Capability,
    ProxySession,
    ProxySessionProvider,
    ProxySessionService,
    VoiceConnectorProxy,
)
from chime_proxy._code import EXPIRY_HANDLER, SERVICE_HANDLER
from chime_proxy_service.handlers import metrics
from chime_proxy_service.handlers.settings import NUMBERS_FILE
from chime_proxy_service.stores.items import INDEX

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = ["+12065550101", "+12065550102"]
CONNECTOR = "abcdef1ghij2klmno3pqr4"
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


def live(stack: cdk.Stack, **options: Any) -> ProxySession:
    """Declare a service, a configuration on it and a session."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS, **options)
    calls = configuration(stack, service)
    return ride(stack, calls)


def configuration(
    stack: cdk.Stack, service: ProxySessionService, construct_id: str = "Rides"
) -> VoiceConnectorProxy:
    """Declare a configuration on a service."""
    return VoiceConnectorProxy(
        stack,
        construct_id,
        service=service,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )


def ride(stack: cdk.Stack, calls: VoiceConnectorProxy) -> ProxySession:
    """Declare a session."""
    return ProxySession(
        stack,
        "Ride",
        voice_connector=calls,
        participants=["+14015550101", "+12065550100"],
        capabilities=[Capability.VOICE],
    )


def resources(stack: cdk.Stack, kind: str) -> dict[str, Any]:
    """The resources of a type, by logical id."""
    return dict(assertions.Template.from_stack(stack).find_resources(kind))


def test_table_is_kept_and_protected(stack: cdk.Stack) -> None:
    """By default the table outlives the service, cannot be deleted, and can be restored."""
    live(stack)

    (table,) = resources(stack, "AWS::DynamoDB::GlobalTable").values()
    (replica,) = table["Properties"]["Replicas"]
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert replica["DeletionProtectionEnabled"] is True
    assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["Properties"]["TimeToLiveSpecification"] == {
        "AttributeName": "kept_until",
        "Enabled": True,
    }
    (index,) = table["Properties"]["GlobalSecondaryIndexes"]
    assert index["IndexName"] == INDEX
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_table_goes_with_the_service_on_request(stack: cdk.Stack) -> None:
    """With the removal policy DESTROY the table is deleted and not protected."""
    live(stack, removal_policy=cdk.RemovalPolicy.DESTROY)

    (table,) = resources(stack, "AWS::DynamoDB::GlobalTable").values()
    assert table["DeletionPolicy"] == "Delete"
    assert table["Properties"]["Replicas"][0]["DeletionProtectionEnabled"] is False


def test_retained_table_is_taken_up_again(stack: cdk.Stack) -> None:
    """With a table, the service makes none, and may do with it what it may with its own."""
    arn = "arn:aws:dynamodb:us-east-1:111122223333:table/sessions"
    live(stack, table=aws_dynamodb.TableV2.from_table_arn(stack, "Kept", arn))

    assert resources(stack, "AWS::DynamoDB::GlobalTable") == {}
    policies = json.dumps(resources(stack, "AWS::IAM::Policy"))
    assert f'"{arn}"' in policies
    assert f'"{arn}/index/{INDEX}"' in policies
    (function,) = (
        one["Properties"]["Environment"]["Variables"]
        for one in resources(stack, "AWS::Lambda::Function").values()
        if "TABLE_NAME" in one["Properties"]["Environment"]["Variables"]
    )
    assert function["TABLE_NAME"] == "sessions"


def test_options_of_a_new_table_are_refused_with_a_table(stack: cdk.Stack) -> None:
    """An existing table keeps its encryption and its removal policy."""
    table = aws_dynamodb.TableV2.from_table_name(stack, "Kept", "sessions")

    with pytest.raises(ValueError, match="leave them out with table"):
        live(stack, table=table, removal_policy=cdk.RemovalPolicy.DESTROY)


@pytest.mark.parametrize(
    "option",
    [
        {"billing": aws_dynamodb.Billing.on_demand()},
        {"warm_throughput": aws_dynamodb.WarmThroughput(write_units_per_second=5_000)},
    ],
)
def test_capacity_of_a_new_table_is_refused_with_a_table(
    stack: cdk.Stack, option: dict[str, Any]
) -> None:
    """An existing table keeps its capacity."""
    table = aws_dynamodb.TableV2.from_table_name(stack, "Kept", "sessions")

    with pytest.raises(ValueError, match="leave them out with table"):
        live(stack, table=table, **option)


def test_table_and_index_have_the_same_capacity(stack: cdk.Stack) -> None:
    """Provisioned capacity and warm throughput are the table's and its index's."""
    live(
        stack,
        billing=aws_dynamodb.Billing.provisioned(
            read_capacity=aws_dynamodb.Capacity.fixed(10),
            write_capacity=aws_dynamodb.Capacity.autoscaled(max_capacity=100),
        ),
        warm_throughput=aws_dynamodb.WarmThroughput(
            read_units_per_second=13_000, write_units_per_second=5_000
        ),
    )

    (table,) = (
        one["Properties"] for one in resources(stack, "AWS::DynamoDB::GlobalTable").values()
    )
    (index,) = table["GlobalSecondaryIndexes"]
    assert table["BillingMode"] == "PROVISIONED"
    for one in (table, index):
        assert one["WarmThroughput"] == {
            "ReadUnitsPerSecond": 13_000,
            "WriteUnitsPerSecond": 5_000,
        }
        scaling = one["WriteProvisionedThroughputSettings"]["WriteCapacityAutoScalingSettings"]
        assert scaling["MaxCapacity"] == 100
    (replica,) = table["Replicas"]
    (of_index,) = replica["GlobalSecondaryIndexes"]
    for one in (replica, of_index):
        assert one["ReadProvisionedThroughputSettings"] == {"ReadCapacityUnits": 10}


def test_api_is_throttled_on_request(stack: cdk.Stack) -> None:
    """The stage has the rate and the burst, and none by default."""
    live(stack, throttle=aws_apigatewayv2.ThrottleSettings(rate_limit=100, burst_limit=50))
    other = cdk.Stack(cdk.App(), "Other")
    live(other)

    (stage,) = resources(stack, "AWS::ApiGatewayV2::Stage").values()
    assert stage["Properties"]["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": 50,
        "ThrottlingRateLimit": 100,
    }
    (stage,) = resources(other, "AWS::ApiGatewayV2::Stage").values()
    assert "DefaultRouteSettings" not in stage["Properties"]


def domain(stack: cdk.Stack) -> aws_apigatewayv2.DomainName:
    """Declare a domain name."""
    certificate = aws_certificatemanager.Certificate.from_certificate_arn(
        stack, "Certificate", "arn:aws:acm:us-east-1:111122223333:certificate/1"
    )
    return aws_apigatewayv2.DomainName(
        stack, "Domain", domain_name="calls.example.com", certificate=certificate
    )


@pytest.mark.parametrize(("key", "path"), [(None, []), ("sessions", ["/sessions"])])
def test_domain_is_mapped_before_any_session(stack: cdk.Stack, key: str | None, path: str) -> None:
    """The domain's address is that of the mapping; the provider keeps to the API's own."""
    mapping = aws_apigatewayv2.DomainMappingOptions(domain_name=domain(stack), mapping_key=key)
    live(stack, domain_mapping=mapping)
    service = cast("ProxySessionService", stack.node.find_child("Service"))

    (name,) = resources(stack, "AWS::ApiGatewayV2::DomainName")
    assert stack.resolve(service.domain_url) == {
        "Fn::Join": ["", ["https://", {"Ref": name}, *path]]
    }
    functions = resources(stack, "AWS::Lambda::Function").values()
    (endpoint,) = (
        variables["AWS_ENDPOINT_URL_CHIME_SDK_VOICE"]
        for variables in (one["Properties"]["Environment"]["Variables"] for one in functions)
        if "API_SIGNING_NAME" in variables
    )
    assert endpoint["Fn::GetAtt"][1] == "ApiEndpoint"
    (mapped,) = resources(stack, "AWS::ApiGatewayV2::ApiMapping")
    (session,) = resources(stack, "Custom::ChimeProxySession").values()
    assert mapped in session["DependsOn"]


def test_service_without_a_domain_says_so(stack: cdk.Stack) -> None:
    """The address of a domain that is not there is refused with a remedy."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)

    with pytest.raises(ValueError, match="Calls/Service has no domain: give it a domain_mapping"):
        _ = service.domain_url


def test_retention_is_a_setting_of_the_function(stack: cdk.Stack) -> None:
    """The function has the retention in days; by default it has its own."""
    ProxySessionService(stack, "Service", phone_numbers=NUMBERS, retention=cdk.Duration.hours(48))
    ProxySessionService(stack, "Other", phone_numbers=NUMBERS)

    found = {
        name[:5]: one["Properties"]["Environment"]["Variables"].get("RETENTION_DAYS")
        for name, one in resources(stack, "AWS::Lambda::Function").items()
    }
    assert found == {"Servi": "2", "Other": None}


@pytest.mark.parametrize(
    "retention",
    [
        cdk.Duration.hours(23),
        cdk.Duration.hours(36),
        cdk.Duration.days(0),
        cdk.Duration.days(cdk.Token.as_number({"Ref": "Days"})),
    ],
)
def test_retention_of_other_than_whole_days_is_refused(
    stack: cdk.Stack, retention: cdk.Duration
) -> None:
    """A retention that a late repetition could outlast is refused, and one that is not known yet."""
    with pytest.raises(ValueError, match="retention must be a Duration of whole days"):
        ProxySessionService(stack, "Service", phone_numbers=NUMBERS, retention=retention)


def test_log_groups_may_be_ones_own(stack: cdk.Stack) -> None:
    """Given log groups take the log of the function and that of the API; no other is made."""
    own = aws_logs.LogGroup(stack, "Own")
    accesses = aws_logs.LogGroup(stack, "Accesses")
    ProxySessionService(
        stack, "Service", phone_numbers=NUMBERS, log_group=own, access_log_group=accesses
    )

    assert set(resources(stack, "AWS::Logs::LogGroup")) == {
        stack.get_logical_id(cast("cdk.CfnElement", one.node.default_child))
        for one in (own, accesses)
    }
    (function,) = resources(stack, "AWS::Lambda::Function").values()
    assert function["Properties"]["LoggingConfig"]["LogGroup"] == stack.resolve(own.log_group_name)
    (stage,) = resources(stack, "AWS::ApiGatewayV2::Stage").values()
    destination = stage["Properties"]["AccessLogSettings"]["DestinationArn"]
    assert destination == stack.resolve(accesses.log_group_arn)
    written = json.dumps(resources(stack, "AWS::IAM::Policy"))
    assert "logs:PutLogEvents" in written


def test_every_route_has_iam_authorization(stack: cdk.Stack) -> None:
    """Nobody calls the API without a permission."""
    live(stack)

    routes = resources(stack, "AWS::ApiGatewayV2::Route").values()
    assert [route["Properties"]["AuthorizationType"] for route in routes] == ["AWS_IAM"]


def test_function_may_do_what_the_store_calls(stack: cdk.Stack) -> None:
    """The function's role has the table's actions, on this table and its index, and its log."""
    live(stack)

    policies = resources(stack, "AWS::IAM::Policy")
    (table_policy,) = (one for name, one in policies.items() if "TablePolicy" in name)
    on_table, on_index = table_policy["Properties"]["PolicyDocument"]["Statement"]
    assert on_table["Action"] == [
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    ]
    assert on_table["Resource"]["Fn::GetAtt"][1] == "Arn"
    assert on_index["Action"] == "dynamodb:Query"
    assert json.dumps(on_index["Resource"]).endswith(f'"/index/{INDEX}"]]}}')


def test_provider_reaches_its_own_connectors_alone(stack: cdk.Stack) -> None:
    """The provider's role may call the operations of each connector, sessions and configuration."""
    calls = configuration(stack, ProxySessionService(stack, "Service", phone_numbers=NUMBERS))
    ride(stack, calls)

    allowed = [
        "".join(part if isinstance(part, str) else "*" for part in arn["Fn::Join"][1])
        for policy in resources(stack, "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "execute-api:Invoke"
        for arn in _listed(statement["Resource"])
    ]
    paths = sorted(arn.partition("/$default/")[2] for arn in allowed)
    connector = re.sub(r"-\*", "-*", paths[0].split("/")[2])
    assert paths == [
        f"*/voice-connectors/{connector}/programmable-numbers/proxy",
        f"*/voice-connectors/{connector}/proxy-sessions",
        f"*/voice-connectors/{connector}/proxy-sessions/*",
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(("connectors", "warned"), [(14, False), (17, True)])
def test_provider_with_too_many_connectors_is_warned_of(
    stack: cdk.Stack, connectors: int, *, warned: bool
) -> None:
    """One provider serves about fifteen connectors of a service: then its role's policies are full."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)
    for number in range(connectors):
        calls = configuration(stack, service, f"Rides{number}")
        ProxySession(
            stack,
            f"Ride{number}",
            voice_connector=calls,
            participants=["+14015550101", "+12065550100"],
            capabilities=[Capability.VOICE],
        )

    found = assertions.Annotations.from_stack(stack).find_warning(
        "*", assertions.Match.string_like_regexp("inlinePolicySize")
    )
    assert bool(found) == warned


def test_provider_in_a_network_is_warned_of(stack: cdk.Stack) -> None:
    """A provider in a VPC reaches the API by a NAT gateway alone; synthesis says so."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)
    vpc = aws_ec2.Vpc(stack, "Network")
    ProxySessionProvider(stack, "Provider", service=service, vpc=vpc)

    found = assertions.Annotations.from_stack(stack).find_warning(
        "*", assertions.Match.string_like_regexp("NAT gateway")
    )
    assert len(found) == 1
    assert "cdk-chime-proxy:serviceFromVpc" in str(found[0].entry.data)


def test_provider_signs_for_the_api(stack: cdk.Stack) -> None:
    """The provider has the API's address and signs for it; synthesis warns of no end of support."""
    live(stack)

    functions = resources(stack, "AWS::Lambda::Function").values()
    variables = [one["Properties"]["Environment"]["Variables"] for one in functions]
    (provider,) = (one for one in variables if "API_SIGNING_NAME" in one)
    assert provider["API_SIGNING_NAME"] == "execute-api"
    assert provider["AWS_ENDPOINT_URL_CHIME_SDK_VOICE"]["Fn::GetAtt"][1] == "ApiEndpoint"
    warnings = assertions.Annotations.from_stack(stack).find_warning(
        "*", assertions.Match.any_value()
    )
    assert [one for one in warnings if "end" in str(one.entry.data).lower()] == []


@pytest.mark.parametrize(
    "kind",
    [
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::ApiGatewayV2::Integration",
        "AWS::Lambda::Permission",
    ],
)
def test_configuration_and_session_wait_for_everything_that_serves_them(
    stack: cdk.Stack, kind: str
) -> None:
    """They are created after the API can answer, and deleted before it stops answering."""
    live(stack)

    (served,) = resources(stack, kind)
    for resource_type in ("Custom::ChimeVoiceConnectorProxy", "Custom::ChimeProxySession"):
        (resource,) = resources(stack, resource_type).values()
        assert served in resource["DependsOn"]
        assert any("TablePolicy" in name for name in resource["DependsOn"])


def test_session_in_the_services_own_scope_is_no_circle(stack: cdk.Stack) -> None:
    """A session may be declared below its service."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)
    calls = VoiceConnectorProxy(
        service,
        "Rides",
        service=service,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
    )
    ride(stack, calls)

    assertions.Template.from_stack(stack)


def test_numbers_known_at_synthesis_are_in_a_layer(tmp_path: Path) -> None:
    """Literal numbers are in an asset, in their order; the environment and the template have none."""
    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.Stack(app, "Calls")
    parameter = cdk.CfnParameter(stack, "Number")
    ProxySessionService(stack, "Service", phone_numbers=[*NUMBERS, parameter.value_as_string])
    app.synth()

    (file,) = tmp_path.glob(f"asset.*/python/{NUMBERS_FILE}")
    assert json.loads(file.read_text()) == NUMBERS
    template = (tmp_path / "Calls.template.json").read_text()
    assert not [number for number in NUMBERS if number in template]
    assert '"PROXY_PHONE_NUMBERS":{"Ref":"Number"}' in re.sub(r"\s", "", template)


def test_synthesis_leaves_no_numbers_outside_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers are written to the app's output folder, and nowhere else."""
    elsewhere = tmp_path / "temporary"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    ProxySessionService(cdk.Stack(app, "Calls"), "Service", phone_numbers=NUMBERS)
    app.synth()

    assert not list(elsewhere.iterdir())


def test_layer_can_be_deployed_without_a_copy(tmp_path: Path) -> None:
    """With `cdk synth --no-staging`, which copies no asset, the numbers' folder is still there."""
    app = cdk.App(outdir=str(tmp_path), context={"aws:cdk:disable-asset-staging": True})
    ProxySessionService(cdk.Stack(app, "Calls"), "Service", phone_numbers=NUMBERS)
    assembly = app.synth()

    (layer,) = (
        file["source"]["path"]
        for file in json.loads((tmp_path / "Calls.assets.json").read_text())["files"].values()
        if file["source"]["packaging"] == "zip" and "numbers" in file["source"]["path"]
    )
    numbers = Path(assembly.directory, layer, "python", NUMBERS_FILE)
    assert json.loads(numbers.read_text()) == NUMBERS


def test_layer_depends_on_the_numbers_alone(tmp_path: Path) -> None:
    """The same numbers make the same asset each time, so that a deployment without change is one."""
    layers = []
    for attempt in ("one", "two"):
        app = cdk.App(outdir=str(tmp_path / attempt))
        ProxySessionService(cdk.Stack(app, "Calls"), "Service", phone_numbers=NUMBERS)
        app.synth()
        (file,) = (tmp_path / attempt).glob(f"asset.*/python/{NUMBERS_FILE}")
        layers.append(file.parents[1].name)

    assert layers[0] == layers[1]


@pytest.mark.parametrize(
    ("numbers", "fault"),
    [
        ([], "at least one number"),
        ("+12065550101", "must be a list"),
        (["+12065550101", "2065550102"], r"phone_numbers\[1\] must be in E.164"),
        (["+1 206 555 0101"], r"phone_numbers\[0\]"),
        ([12065550101], r"phone_numbers\[0\]"),
        (["x", "+12065550101", "y"], r"phone_numbers\[0\], \[2\]"),
    ],
)
def test_wrong_numbers_are_refused_by_their_place(
    stack: cdk.Stack, numbers: Any, fault: str
) -> None:
    """A list that is empty or has something else than numbers is refused, without the number."""
    with pytest.raises(ValueError, match=fault) as caught:
        ProxySessionService(stack, "Service", phone_numbers=numbers)

    assert "206555" not in str(caught.value)


def test_connector_of_its_own_is_a_uuid_of_path_and_stack(stack: cdk.Stack) -> None:
    """Two configurations of a stack have two ids, each a valid one whatever the stack's own."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)
    for name in ("Rides", "Visits"):
        configuration(stack, service, name)

    found = resources(stack, "Custom::ChimeVoiceConnectorProxy").values()
    ids = [_with_stack_id(one["Properties"]["VoiceConnectorId"]) for one in found]
    assert len(set(ids)) == 2
    assert all(UUID.fullmatch(one) for one in ids)


def _with_stack_id(value: dict[str, Any]) -> str:
    guid = ["0edbcb67", "fae0", "49af", "be92", "83ec4f4095be"]
    delimiter, parts = value["Fn::Join"]
    return str(
        delimiter.join(
            part if isinstance(part, str) else guid[int(part["Fn::Select"][0])] for part in parts
        )
    )


def test_configuration_needs_a_connector_or_a_service(stack: cdk.Stack) -> None:
    """Without either there is nothing to configure."""
    with pytest.raises(ValueError, match="pass voice_connector, or the service"):
        VoiceConnectorProxy(
            stack, "Rides", pool_countries=["US"], default_expiry=cdk.Duration.hours(1)
        )


def test_service_and_endpoint_are_refused_together(stack: cdk.Stack) -> None:
    """A provider keeps the sessions of one API."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)

    with pytest.raises(ValueError, match="not both"):
        ProxySessionProvider(
            stack, "Provider", service=service, endpoint_url="https://calls.example.com"
        )


def test_provider_of_another_api_is_refused(stack: cdk.Stack) -> None:
    """A configuration and a session on a service are kept by a provider of that service."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)
    other = ProxySessionProvider(stack, "Other", endpoint_url="https://calls.example.com")
    calls = configuration(stack, service)

    for declare in (
        partial(
            VoiceConnectorProxy,
            pool_countries=["US"],
            default_expiry=cdk.Duration.hours(1),
            service=service,
        ),
        partial(
            ProxySession,
            voice_connector=calls,
            participants=["+14015550101", "+12065550100"],
            capabilities=[Capability.VOICE],
        ),
    ):
        with pytest.raises(
            ValueError, match="Other is not a provider of the service Calls/Service"
        ):
            declare(stack, f"On{declare.func.__name__}", provider=other)


def test_imported_provider_of_a_service_permits_its_operations(stack: cdk.Stack) -> None:
    """A provider from a service token may call the service that it is said to keep."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)
    role = aws_iam.Role(stack, "Own", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    token = "arn:aws:lambda:us-east-1:123456789012:function:provider"
    provider = ProxySessionProvider.from_service_token(stack, "P", token, role, service)
    VoiceConnectorProxy(
        stack,
        "Rides",
        service=service,
        pool_countries=["US"],
        default_expiry=cdk.Duration.hours(1),
        provider=provider,
    )

    policies = json.dumps(resources(stack, "AWS::IAM::Policy"))
    assert "execute-api:Invoke" in policies
    assert "chime:" not in policies


def test_switch_to_a_service_keeps_the_provider(stack: cdk.Stack) -> None:
    """The shared provider has its logical id with an endpoint and with a service."""
    with_endpoint = cdk.Stack(cdk.App(), "Calls")
    ProxySessionProvider.of(with_endpoint, endpoint_url="https://calls.example.com")
    before = assertions.Template.from_stack(with_endpoint).find_resources("AWS::Lambda::Function")

    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)
    ProxySessionProvider.of(stack, service=service)

    assert before.keys() < resources(stack, "AWS::Lambda::Function").keys()


def test_applications_get_single_operations(stack: cdk.Stack) -> None:
    """grant_read permits reading, grant_sessions all operations, on one connector's sessions."""
    session = live(stack)
    service = stack.node.find_child("Service")
    assert isinstance(service, ProxySessionService)
    grants: dict[str, Callable[[aws_iam.IGrantable], aws_iam.Grant]] = {
        "One": session.grant_read,
        "All": partial(service.grant_read, voice_connector_id=CONNECTOR),
        "Every": partial(service.grant_sessions, voice_connector_id=CONNECTOR),
        "Listing": partial(
            ProxySession.grant_read_all,
            stack,
            voice_connector=cast("VoiceConnectorProxy", stack.node.find_child("Rides")),
        ),
        "Elsewhere": ProxySession.from_proxy_session_attributes(
            stack, "Far", voice_connector_id=CONNECTOR, proxy_session_id="1", service=service
        ).grant_read,
    }
    for name, grant in grants.items():
        principal = aws_iam.ServicePrincipal("ecs-tasks.amazonaws.com")
        grant(aws_iam.Role(stack, name, assumed_by=principal))

    def methods(name: str) -> list[str]:
        (policy,) = (
            one
            for logical_id, one in resources(stack, "AWS::IAM::Policy").items()
            if logical_id.startswith(f"{name}DefaultPolicy")
        )
        arns = _listed(policy["Properties"]["PolicyDocument"]["Statement"][0]["Resource"])
        return ["".join(map(str, arn["Fn::Join"][1])).partition("$default/")[2] for arn in arns]

    (one,) = methods("One")
    assert one.startswith("GET/voice-connectors/")
    assert one.endswith("/proxy-sessions/*")
    sessions = f"/voice-connectors/{CONNECTOR}/proxy-sessions"
    assert methods("All") == [f"GET{sessions}", f"GET{sessions}/*"]
    assert methods("Every") == [f"*{sessions}", f"*{sessions}/*"]
    assert [one.partition("/")[0] for one in methods("Listing")] == ["GET", "GET"]
    assert methods("Elsewhere") == [f"GET{sessions}/*"]
    with pytest.raises(ValueError, match="voice_connector_id must be"):
        service.grant_read(
            aws_iam.Role.from_role_name(stack, "R", "r"), voice_connector_id="arn:aws:chime:vc/1"
        )


def test_access_log_has_neither_path_nor_query(stack: cdk.Stack) -> None:
    """The API's log says who called and how it was answered, and nothing that the caller wrote."""
    live(stack)

    (stage,) = resources(stack, "AWS::ApiGatewayV2::Stage").values()
    logged = json.loads(stage["Properties"]["AccessLogSettings"]["Format"])
    assert {"$context.identity.userArn", "$context.status"} < set(logged.values())
    assert not [value for value in logged.values() if "path" in value or "query" in value.lower()]
    names = [one["Properties"] for one in resources(stack, "AWS::Logs::LogGroup").values()]
    (vended,) = (one["LogGroupName"] for one in names if "LogGroupName" in one)
    assert vended["Fn::Join"][1][0].startswith("/aws/vendedlogs/proxy-sessions/")


def test_alarms_are_on_the_metrics_that_the_function_writes(stack: cdk.Stack) -> None:
    """Every kind of failure has an alarm with a remedy; the function's own metrics exist."""
    service = ProxySessionService(stack, "Service", phone_numbers=NUMBERS)
    topic = aws_sns.Topic(stack, "OnCall")
    service.add_alarms(aws_cloudwatch_actions.SnsAction(topic))

    alarms = [one["Properties"] for one in resources(stack, "AWS::CloudWatch::Alarm").values()]
    assert len(alarms) == 6
    assert all(one["AlarmDescription"].endswith(".") for one in alarms)
    assert all(one["AlarmActions"] for one in alarms)
    written = {one["MetricName"] for one in alarms if one["Namespace"] == metrics.NAMESPACE}
    assert written == {metrics.NO_NUMBER, metrics.UNAVAILABLE}


def test_function_may_use_the_key_of_the_table() -> None:
    """With a key of one's own, the function's role may decrypt and encrypt by it."""
    app = cdk.App()
    here = cdk.Stack(app, "Calls", env=cdk.Environment(region="us-east-1"))
    key = aws_kms.Key(here, "Key")
    live(here, encryption=aws_dynamodb.TableEncryptionV2.customer_managed_key(key))

    policies = resources(here, "AWS::IAM::Policy")
    (policy,) = (one for name, one in policies.items() if name.startswith("ServiceRoleDefault"))
    actions = [one["Action"] for one in policy["Properties"]["PolicyDocument"]["Statement"]]
    assert ["kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"] in actions


def test_table_may_have_a_key_of_ones_own(stack: cdk.Stack) -> None:
    """The table's encryption is an option."""
    live(stack, encryption=aws_dynamodb.TableEncryptionV2.dynamo_owned_key())

    (table,) = resources(stack, "AWS::DynamoDB::GlobalTable").values()
    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": False}


def with_events(stack: cdk.Stack, **options: Any) -> ProxySessionService:
    """Declare a service that sends events to the bus `calls`."""
    bus = aws_events.EventBus.from_event_bus_name(stack, "Bus", "calls")
    return ProxySessionService(stack, "Service", phone_numbers=NUMBERS, event_bus=bus, **options)


def test_events_change_the_function_and_its_policy_alone(stack: cdk.Stack) -> None:
    """With a bus there are new resources for the closings, and of the others two change."""
    before = cdk.Stack(cdk.App(), "Calls")
    ProxySessionService(before, "Service", phone_numbers=NUMBERS)
    with_events(stack)
    told, silent = (_by_id(one) for one in (stack, before))

    changed = [name for name in silent if told[name] != silent[name]]
    assert sorted(told[name]["Type"] for name in changed) == [
        "AWS::IAM::Policy",
        "AWS::Lambda::Function",
    ]
    assert sorted(told[name]["Type"] for name in told.keys() - silent.keys()) == [
        "AWS::IAM::Policy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Scheduler::ScheduleGroup",
    ]
    assert not [word for word in ("events:", "cheduler", "Expiry") if word in json.dumps(silent)]


def permissions(stack: cdk.Stack, handler: str) -> dict[str, Any]:
    """The statements of a function's role beside its logs, by action."""
    template = _by_id(stack)
    (role,) = (
        one["Properties"]["Role"]["Fn::GetAtt"][0]
        for one in template.values()
        if one["Type"] == "AWS::Lambda::Function" and one["Properties"]["Handler"] == handler
    )
    return _permissions_of_role(template, role)


def _permissions_of_role(template: dict[str, Any], role: str) -> dict[str, Any]:
    policies = [
        one["Properties"]
        for one in template.values()
        if one["Type"] == "AWS::IAM::Policy" and {"Ref": role} in one["Properties"]["Roles"]
    ]
    statements = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    return {str(one["Action"]): one for one in statements if "logs:" not in str(one["Action"])}


def test_api_may_send_events_and_schedule_checks(stack: cdk.Stack) -> None:
    """Beside the table: events on the bus, schedules of the group, and the scheduler's role."""
    with_events(stack)
    allowed = permissions(stack, SERVICE_HANDLER)

    assert [one for one in allowed if "dynamodb:" not in one] == [
        "events:PutEvents",
        "scheduler:CreateSchedule",
        "iam:PassRole",
    ]
    _check_sending(allowed)


def test_function_of_closings_may_read_one_item_send_and_schedule(stack: cdk.Stack) -> None:
    """It may not change the table, and makes schedules of its group alone."""
    with_events(stack)
    allowed = permissions(stack, EXPIRY_HANDLER)

    assert list(allowed) == [
        "dynamodb:GetItem",
        "events:PutEvents",
        "scheduler:CreateSchedule",
        "iam:PassRole",
    ]
    assert list(allowed["dynamodb:GetItem"]["Resource"]) == ["Fn::GetAtt"]
    _check_sending(allowed)


def _check_sending(allowed: dict[str, Any]) -> None:
    assert json.dumps(allowed["events:PutEvents"]["Resource"]).endswith(':event-bus/calls"]]}')
    schedules = allowed["scheduler:CreateSchedule"]["Resource"]["Fn::Join"][1]
    assert schedules[-3].endswith(":schedule/")
    assert schedules[-2]["Ref"].startswith("ServiceExpiryGroup")
    assert schedules[-1] == "/*"
    assert allowed["iam:PassRole"]["Resource"]["Fn::GetAtt"][0].startswith("ServiceExpiryScheduler")
    assert allowed["iam:PassRole"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}
    }


def test_scheduler_may_invoke_the_function_of_closings_alone(stack: cdk.Stack) -> None:
    """Only schedules of the group in this account have the role, and it invokes one function."""
    with_events(stack)
    template = _by_id(stack)
    (name,) = (one for one in template if one.startswith("ServiceExpirySchedulerRole"))
    (group,) = resources(stack, "AWS::Scheduler::ScheduleGroup")

    (trusted,) = template[name]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trusted["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": {"Ref": "AWS::AccountId"},
            "aws:SourceArn": {"Fn::GetAtt": [group, "Arn"]},
        }
    }
    (invocation,) = _permissions_of_role(template, name).values()
    assert invocation["Action"] == "lambda:InvokeFunction"
    (function,) = invocation["Resource"]["Fn::GetAtt"][:1]
    assert template[function]["Properties"]["Handler"] == EXPIRY_HANDLER


def test_functions_know_bus_and_schedules(stack: cdk.Stack) -> None:
    """Both have the bus's ARN, the group and the role; the API has the function to be invoked."""
    with_events(stack)
    functions = [one["Properties"] for one in resources(stack, "AWS::Lambda::Function").values()]
    api, expiry = (
        next(one["Environment"]["Variables"] for one in functions if one["Handler"] == handler)
        for handler in (SERVICE_HANDLER, EXPIRY_HANDLER)
    )

    assert expiry.keys() == {
        "TABLE_NAME",
        "EVENT_BUS_NAME",
        "SCHEDULE_GROUP_NAME",
        "SCHEDULE_ROLE_ARN",
    }
    assert expiry == {name: api[name] for name in expiry}
    allowed = permissions(stack, SERVICE_HANDLER)["events:PutEvents"]
    assert expiry["EVENT_BUS_NAME"] == allowed["Resource"]
    assert api["EXPIRY_FUNCTION_ARN"]["Fn::GetAtt"][0].startswith("ServiceExpiryFunction")


def test_function_of_closings_may_decrypt_the_table() -> None:
    """With a key of one's own, it may decrypt by it and not encrypt."""
    here = cdk.Stack(cdk.App(), "Calls", env=cdk.Environment(region="us-east-1"))
    key = aws_kms.Key(here, "Key")
    with_events(here, encryption=aws_dynamodb.TableEncryptionV2.customer_managed_key(key))

    assert permissions(here, EXPIRY_HANDLER)["kms:Decrypt"]


def _by_id(stack: cdk.Stack) -> dict[str, Any]:
    found: dict[str, Any] = assertions.Template.from_stack(stack).to_json()["Resources"]
    return found
