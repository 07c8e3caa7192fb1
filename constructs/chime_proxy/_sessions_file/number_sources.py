"""The secrets and parameters with the numbers of a file's sessions."""

import re
from collections.abc import Mapping
from functools import cache

from aws_cdk import aws_secretsmanager, aws_ssm
from constructs import Construct

from chime_proxy._phone_number import PhoneNumber

# Secrets Manager appends a hyphen and six characters to the secret's name in the ARN.
_COMPLETE_ARN = re.compile(r".*-[A-Za-z0-9]{6}")


class NumberSources:
    """The secrets and parameters of one stack, each imported once.

    Args:
        scope: the parent of the imported constructs.
    """

    def __init__(self, scope: Construct) -> None:
        self._scope = scope
        self._secret = cache(self._import_secret)
        self._parameter = cache(self._import_parameter)

    def participant(self, value: str | Mapping[str, str]) -> str | PhoneNumber:
        """Convert an entry's participant to a number or `PhoneNumber`."""
        if isinstance(value, str):
            return value
        if "ParameterName" in value:
            return PhoneNumber.from_secure_parameter(self._parameter(value["ParameterName"]))
        secret = self._secret(value["SecretArn"])
        return PhoneNumber.from_secret(secret, json_field=value.get("JsonField"))

    def _import_secret(self, arn: str) -> aws_secretsmanager.ISecret:
        if _COMPLETE_ARN.fullmatch(arn):
            return aws_secretsmanager.Secret.from_secret_complete_arn(self._scope, arn, arn)
        return aws_secretsmanager.Secret.from_secret_partial_arn(self._scope, arn, arn)

    def _import_parameter(self, name: str) -> aws_ssm.IParameter:
        construct_id = f"parameter {name}"
        return aws_ssm.StringParameter.from_secure_string_parameter_attributes(
            self._scope, construct_id, parameter_name=name
        )
