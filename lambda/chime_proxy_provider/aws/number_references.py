"""Reads participants' numbers from Secrets Manager and Parameter Store; nothing else calls them.

No message contains a value that was read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from chime_proxy_provider.aws.retry import PASSING_WITH_PERMISSION
from chime_proxy_provider.errors import AccessDenied, InvalidRequest, NotFound, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_ssm import SSMClient

    from chime_proxy_provider.aws.retry import Retry

_ADVICE: Mapping[type[ProviderError], str] = {
    AccessDenied: "create it if it does not exist, and allow the provider's role to read it and to use "
    "its key",
    InvalidRequest: "check its state and its key",
    NotFound: "create it with a value before the session",
}


@dataclass(frozen=True, slots=True)
class NumberReferences:
    """Reads secrets and parameters with the function's role, until a deadline.

    The clients come as functions: most sessions need neither.
    """

    secrets_manager: Callable[[], SecretsManagerClient]
    parameter_store: Callable[[], SSMClient]
    retry: Retry

    def read(self, reference: Mapping[str, str]) -> str:
        """Read the text of a reference.

        Args:
            reference: `{"SecretArn": ...}`, with `JsonField` for a field of a JSON secret, or
                `{"ParameterName": ...}`.

        Raises:
            ProviderError: the text cannot be read, or the secret has no such field.
        """
        match reference:
            case {"ParameterName": name}:
                return self._parameter(name)
            case {"JsonField": field}:
                return _field(self._secret(reference["SecretArn"]), field)
        return self._secret(reference["SecretArn"])

    def _secret(self, arn: str) -> str:
        call = partial(self.secrets_manager().get_secret_value, SecretId=arn)
        return _text(self._make(call, arn), "SecretString", "the secret is binary, not text")

    def _parameter(self, name: str) -> str:
        client = self.parameter_store()
        call = partial(client.get_parameter, Name=name, WithDecryption=True)
        parameter = self._make(call, name).get("Parameter", {})
        return _text(parameter, "Value", "the parameter has no text")

    def _make(self, call: Callable[[], Mapping[str, Any]], what: str) -> Mapping[str, Any]:
        try:
            return self.retry.call(call, passing=PASSING_WITH_PERMISSION)
        except ProviderError as error:
            advice = _ADVICE.get(type(error), "try again later")
            msg = f"{what} cannot be read: {advice} ({error})"
            raise type(error)(msg) from None


def _text(holder: Mapping[str, Any], name: str, fault: str) -> str:
    text = holder.get(name)
    if not isinstance(text, str):
        raise InvalidRequest(fault)
    return text


def _field(secret: str, field: str) -> str:
    try:
        document = json.loads(secret)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        msg = "the secret is not a JSON object: remove JsonField, or store an object"
        raise InvalidRequest(msg) from None
    return _text(
        document, field, "the secret's JSON object has no text in the field named by JsonField"
    )
