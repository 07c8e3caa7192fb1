"""A synthesized approach: its functions, its resources and its events."""

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.peers.function import Function
from benchmarks.peers.workshop import NODE, Workshop, assets, templates

NAMES = ("provider", "bare", "crhelper", "framework", "AwsCustomResource")
STACK_ID = "arn:aws:cloudformation:us-east-1:000000000000:stack/Benchmark/1"


@dataclass(frozen=True)
class Approach:
    """One stack of an approach."""

    name: str
    workshop: Workshop
    assembly: Path

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources of the stack's template."""
        (template,) = templates(self.assembly).values()
        resources: dict[str, dict[str, Any]] = template["Resources"]
        return resources

    @property
    def counts(self) -> dict[str, int]:
        """The number of resources of each type."""
        return dict(Counter(resource["Type"] for resource in self.resources.values()))

    @property
    def session(self) -> dict[str, Any]:
        """The first session's resource."""
        return next(r for r in self.resources.values() if r["Type"].startswith("Custom::"))

    def function(self, endpoint: str, *, compiled: bool = False) -> Function:
        """The function that CloudFormation sends the session's events to.

        Args:
            endpoint: the server that takes all of its calls.
            compiled: with bytecode beside the code.
        """
        return self._function(self._entry, endpoint, compiled=compiled)

    def invoked_function(self, endpoint: str, *, compiled: bool = False) -> Function | None:
        """The function that the first one invokes, None if it invokes none."""
        others = [name for name in self._functions if name != self._entry]
        return self._function(others[0], endpoint, compiled=compiled) if others else None

    @property
    def ships_bytecode(self) -> bool:
        """True if the deployed code has bytecode beside it."""
        return any(next(self._code(name).rglob("*.pyc"), None) for name in self._functions)

    @property
    def in_python(self) -> bool:
        """True if any of the functions runs in Python."""
        return any(f["Runtime"].startswith("python") for f in self._functions.values())

    def event(self, request_type: str, physical_id: str = "", minutes: int = 60) -> dict[str, Any]:
        """An event as CloudFormation sends it."""
        fields: dict[str, Any] = {
            "RequestType": request_type,
            "RequestId": str(uuid4()),
            "StackId": STACK_ID,
            "LogicalResourceId": "Session0",
            "ResourceType": self.session["Type"],
            "ResourceProperties": self._properties(minutes),
        }
        if request_type != "Create":
            fields["PhysicalResourceId"] = physical_id
        if request_type == "Update":
            fields["OldResourceProperties"] = self._properties(60)
        return fields

    def _properties(self, minutes: int) -> dict[str, Any]:
        text = json.dumps(self.session["Properties"])
        before, after = ("60", str(minutes))
        for mark in ('"ExpiryMinutes": {}', '\\"ExpiryMinutes\\":{}'):
            text = text.replace(mark.format(before), mark.format(after))
        properties: dict[str, Any] = json.loads(text, parse_int=str)
        return {**properties, "ServiceToken": "arn:aws:lambda:us-east-1:000000000000:function:f"}

    @property
    def _functions(self) -> dict[str, dict[str, Any]]:
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == "AWS::Lambda::Function"
        }

    @property
    def _entry(self) -> str:
        token: str = self.session["Properties"]["ServiceToken"]["Fn::GetAtt"][0]
        return token

    def _function(self, name: str, endpoint: str, *, compiled: bool = False) -> Function:
        properties, code = self._functions[name], self._code(name)
        is_node = properties["Runtime"].startswith("nodejs")
        given = properties.get("Environment", {}).get("Variables", {})
        own = {k: str(v) for k, v in given.items() if not k.startswith("AWS_ENDPOINT_URL")}
        environment = {**self.workshop.environment(endpoint), **own}
        if is_node:
            environment["NODE_PATH"] = str(self.workshop.node_modules)
        return Function(
            command=NODE if is_node else self.workshop.python,
            code=self._compiled(code) if compiled and not is_node else code,
            handler=properties["Handler"],
            environment=environment,
        )

    def _code(self, name: str) -> Path:
        """The folder that a function's zip is unpacked to."""
        key: str = self._functions[name]["Code"]["S3Key"].removesuffix(".zip")
        asset = assets(self.assembly)[key]
        if asset.is_dir():
            return asset
        folder = self.workshop.path / "unpacked" / key
        if not folder.exists():
            shutil.unpack_archive(asset, folder)
        return folder

    def _compiled(self, code: Path) -> Path:
        folder = self.workshop.path / "compiled" / code.name
        if not folder.exists():
            shutil.copytree(code, folder)
            # The deployed bytecode is of Lambda's Python: compile the same files for this one.
            mode = "--invalidation-mode=unchecked-hash"
            command = [str(self.workshop.python), "-m", "compileall", "-q", mode, str(folder)]
            subprocess.run(command, check=True)
        return folder
