"""Permits a function to read a secret, and nothing more of it."""

import jsii
from aws_cdk import aws_iam

_ACTIONS = frozenset({"kms:Decrypt", "secretsmanager:GetSecretValue", "ssm:GetParameter"})


@jsii.implements(aws_iam.IPrincipal)
class SecretReader:
    """A role as the grantee of a secret or a parameter: it may read it, and nothing else.

    The permissions go into a given policy, not into the role's default policy.

    Args:
        policy: the policy.
        role: its role.
    """

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
        # CDK also grants DescribeSecret and the like, and the functions do not call those.
        actions = [action for action in statement.actions if action in _ACTIONS]
        self._policy.add_statements(statement.copy(actions=actions))
        return aws_iam.AddToPrincipalPolicyResult(
            statement_added=True, policy_dependable=self._policy
        )
