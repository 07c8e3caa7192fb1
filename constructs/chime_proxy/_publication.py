"""Fixed names of a provider and a service, by which stacks of other repositories find them."""

from aws_cdk import CfnOutput
from constructs import Construct

SERVICE_TOKEN = "/chime-proxy/service-token"  # noqa: S105 - a parameter's name
ROLE_NAME = "/chime-proxy/role-name"
ENDPOINT_URL = "/chime-proxy/endpoint-url"
API_ARN = "/chime-proxy/api-arn"


def publish(publisher: Construct, values: dict[str, str]) -> None:
    """Make an export and an SSM parameter of each value; a template may use either.

    Args:
        publisher: the provider or the service; it gets the outputs and parameters.
        values: by the parameter's name: `/chime-proxy/role-name` is exported as
            `ChimeProxyRoleName`.
    """
    from aws_cdk import aws_ssm  # noqa: PLC0415 - every import adds to each synthesis

    for parameter_name, value in values.items():
        words = parameter_name.removeprefix("/chime-proxy/").split("-")
        name = "".join(map(str.capitalize, words))
        CfnOutput(publisher, name, value=value, export_name=f"ChimeProxy{name}")
        aws_ssm.StringParameter(
            publisher, f"{name}Parameter", parameter_name=parameter_name, string_value=value
        )
