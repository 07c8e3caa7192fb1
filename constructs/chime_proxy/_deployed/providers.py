"""Finds the API that a deployed provider calls."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError

from chime_proxy._deployed.endpoint import URL_SETTING, Endpoint, endpoint_of

_PARAMETER = re.compile(r"\{\{resolve:ssm:([^{}]+)\}\}")
_UNKNOWN = f"the stack does not say where the API is: set {URL_SETTING}"
_NOT_READ = f"the provider's settings cannot be read ({{}}): permit it, or set {URL_SETTING}"

Client: TypeAlias = Callable[[str], Any]


class EndpointUnknownError(Exception):
    """The endpoint of a provider is not known; the message says why, and what to do."""


class Providers:
    """Reads the environment variables of deployed providers, each provider's once."""

    def __init__(self, client: Client) -> None:
        """Take the factory of clients.

        Args:
            client: makes the client of a service, such as `lambda`.
        """
        self._client = client
        self._found: dict[str, Endpoint | EndpointUnknownError] = {}

    def endpoint(self, provider: Any) -> Endpoint:
        """Return the endpoint of a provider.

        Args:
            provider: its function's name or ARN, or a reference to that in a template: an export,
                or a dynamic reference to an SSM parameter.

        Raises:
            EndpointUnknownError: the reference is another one, or something cannot be read.
        """
        key = json.dumps(provider, default=str)
        if key not in self._found:
            try:
                self._found[key] = self._read(provider)
            except EndpointUnknownError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, EndpointUnknownError):
            raise found
        return found

    def _read(self, provider: Any) -> Endpoint:
        try:
            function = self._function(provider)
            settings = self._client("lambda").get_function_configuration(FunctionName=function)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise EndpointUnknownError(_NOT_READ.format(code)) from error
        except BotoCoreError as error:
            raise EndpointUnknownError(_NOT_READ.format(type(error).__name__)) from error
        # Without the permission to decrypt them, there is an error in place of the variables.
        variables = settings.get("Environment", {}).get("Variables", {URL_SETTING: None})
        found = endpoint_of(variables)
        if found is None:
            raise EndpointUnknownError(_NOT_READ.format("encrypted"))
        return found

    def _function(self, provider: Any) -> str:
        match provider:
            case {"Fn::ImportValue": str(name)}:
                return self._export(name)
            case str() if parameter := _PARAMETER.fullmatch(provider):
                answer = self._client("ssm").get_parameter(Name=parameter[1])
                return str(answer["Parameter"]["Value"])
            case str() if provider and "{{resolve:" not in provider:
                return provider
        raise EndpointUnknownError(_UNKNOWN)

    def _export(self, name: str) -> str:
        pages = self._client("cloudformation").get_paginator("list_exports").paginate()
        exports = (export for page in pages for export in page["Exports"])
        values = (str(export["Value"]) for export in exports if export["Name"] == name)
        function = next(values, None)
        if function is None:
            raise EndpointUnknownError(_UNKNOWN)
        return function
