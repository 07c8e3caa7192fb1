"""Fixed names of a provider for plain CloudFormation templates."""

from aws_cdk import CfnOutput, aws_ssm
from constructs import Construct


def publish(provider: Construct, *, service_token: str, role_name: str) -> None:
    """Make an export and an SSM parameter of each value; a template may use either."""
    _publish(provider, "ServiceToken", "/chime-proxy/service-token", service_token)
    _publish(provider, "RoleName", "/chime-proxy/role-name", role_name)


def _publish(provider: Construct, name: str, parameter_name: str, value: str) -> None:
    CfnOutput(provider, name, value=value, export_name=f"ChimeProxy{name}")
    aws_ssm.StringParameter(
        provider, f"{name}Parameter", parameter_name=parameter_name, string_value=value
    )
