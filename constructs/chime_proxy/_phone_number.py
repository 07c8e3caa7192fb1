"""A participant's number that stands in no template."""

from typing import Self

import jsii
from aws_cdk import aws_iam, aws_secretsmanager, aws_ssm

_ACTIONS = frozenset({"kms:Decrypt", "secretsmanager:GetSecretValue", "ssm:GetParameter"})


class PhoneNumber:
    """A number in E.164 format that the provider reads when the session is created or updated.

    Neither the template nor the stack's events hold it, and the session's attributes show it only
    where `reveal_participants` is set. A change of the secret or the parameter takes effect at the
    next update of the session, and makes a new one.
    """

    def __init__(
        self,
        source: aws_secretsmanager.ISecret | aws_ssm.IParameter,
        reference: dict[str, str],
    ) -> None:
        self._source = source
        self._reference = reference

    @classmethod
    def from_secret(
        cls, secret: aws_secretsmanager.ISecret, *, json_field: str | None = None
    ) -> Self:
        """The number that a secret of Secrets Manager holds.

        Args:
            secret: the secret, in the provider's region.
            json_field: the field of the secret's JSON object that is the number. Default: the
                whole secret is.
        """
        field = {} if json_field is None else {"JsonField": json_field}
        return cls(secret, {"SecretArn": secret.secret_full_arn or secret.secret_arn, **field})

    @classmethod
    def from_secure_parameter(cls, parameter: aws_ssm.IParameter) -> Self:
        """The number that a secure string of Parameter Store holds.

        Args:
            parameter: the parameter, in the provider's account and region.
        """
        return cls(parameter, {"ParameterName": parameter.parameter_name})

    @property
    def reference(self) -> dict[str, str]:
        """What stands in the template in place of the number."""
        return dict(self._reference)

    def grant_read(self, policy: aws_iam.Policy, role: aws_iam.IRole) -> None:
        """Let a role read the number, and decrypt it with the source's own key.

        Args:
            policy: where the permission is written down.
            role: whom the key's policy names.
        """
        self._source.grant_read(_Reader(policy, role))


@jsii.implements(aws_iam.IPrincipal)
class _Reader:
    """A role whose new permissions go to a policy of their own, not to the role's one for all."""

    def __init__(self, policy: aws_iam.Policy, role: aws_iam.IRole) -> None:
        self._policy = policy
        self._role = role

    @property
    def grant_principal(self) -> aws_iam.IPrincipal:
        return self

    @property
    def assume_role_action(self) -> str:
        return self._role.assume_role_action

    @property
    def policy_fragment(self) -> aws_iam.PrincipalPolicyFragment:
        return self._role.policy_fragment

    @property
    def principal_account(self) -> str | None:
        return self._role.principal_account

    def add_to_principal_policy(
        self, statement: aws_iam.PolicyStatement
    ) -> aws_iam.AddToPrincipalPolicyResult:
        # CDK's idea of reading is wider than the handler's.
        actions = [action for action in statement.actions if action in _ACTIONS]
        self._policy.add_statements(statement.copy(actions=actions))
        return aws_iam.AddToPrincipalPolicyResult(
            statement_added=True, policy_dependable=self._policy
        )
