"""A warning about a role with more inline policies than IAM allows."""

import json
from collections.abc import Iterable
from typing import Any

import jsii
from aws_cdk import Annotations, Stack, aws_iam
from constructs import Construct, IValidation

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, whitespace excluded.
_LIMIT = 10_240
_WARNING_ID = "cdk-chime-proxy:inlinePolicySize"
# Lengths of values unknown at synthesis. Any other has the length of a voice connector's id.
_LENGTHS = {"AWS::AccountId": 12, "AWS::Partition": 3, "AWS::Region": 9}
_ID_LENGTH = 22
_UUID_PARTS = (8, 4, 4, 4, 12)


@jsii.implements(IValidation)
class PolicySize:
    """Warns at synthesis if a provider's inline policies are too large for its role."""

    def __init__(self, provider: Construct, role: aws_iam.IRole) -> None:
        self._provider = provider
        self._role = role
        self._policies: dict[str, aws_iam.Policy] = {}

    def add(self, policy: aws_iam.Policy) -> None:
        """Count a policy, of any stack."""
        self._policies[policy.node.path] = policy

    def validate(self) -> list[str]:
        """Add the warning; the provider is valid nevertheless."""
        size = sum(map(_size, self._attached()))
        if size > _LIMIT:
            Annotations.of(self._provider).add_warning_v2(
                _WARNING_ID,
                f"The inline policies of the provider's role have about {size:,} characters; IAM "
                f"allows {_LIMIT:,}, so the deployment will fail. Use a second provider for some "
                "of the voice connectors, secrets and parameters, or pass a role of "
                "without_policy_updates() and allow them in managed policies",
            )
        return []

    def _attached(self) -> Iterable[dict[str, Any]]:
        """Yield the properties of the policies attached to the role."""
        for construct in (self._provider, self._role):
            for child in construct.node.find_all():
                if isinstance(child, aws_iam.Policy):
                    self.add(child)
        for policy in self._policies.values():
            resource = policy.node.default_child
            if isinstance(resource, aws_iam.CfnPolicy):
                stack = Stack.of(policy)
                if stack.resolve(resource.roles):
                    yield stack.resolve(policy.document)


def _size(document: dict[str, Any]) -> int:
    return len(json.dumps(_rendered(document), separators=(",", ":")))


def _rendered(value: Any) -> Any:
    """Replace intrinsic functions with text of about the same length as their values."""
    match value:
        case {"Fn::Join": [str(delimiter), list(parts)]}:
            return delimiter.join(str(_rendered(part)) for part in parts)
        case dict() if any(name == "Ref" or name.startswith("Fn::") for name in value):
            return "x" * _length(value)
        case dict():
            return {name: _rendered(part) for name, part in value.items()}
        case list():
            return [_rendered(part) for part in value]
        case _:
            return value


def _length(function: dict[str, Any]) -> int:
    match function:
        case {"Ref": str(name)}:
            return _LENGTHS.get(name, _ID_LENGTH)
        case {"Fn::Select": [place, {"Fn::Split": ["-", _]}]}:
            return _UUID_PARTS[int(place)]
        case _:
            return _ID_LENGTH
