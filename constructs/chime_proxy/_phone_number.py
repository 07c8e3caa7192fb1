"""Phone numbers kept in Secrets Manager or Parameter Store instead of the template."""

from typing import TYPE_CHECKING, Self

from aws_cdk import aws_iam

from chime_proxy._secret_reader import SecretReader

# Named in annotations alone: every import adds to each synthesis.
if TYPE_CHECKING:
    from aws_cdk import aws_secretsmanager, aws_ssm

_FIND_BY_NAME = 'Secret.from_secret_name_v2(scope, "Rider", "rider") finds one by its name'
_FIND_BY_PATH = (
    "StringParameter.from_secure_string_parameter_attributes"
    '(scope, "Rider", parameter_name="/rider") finds one by its name'
)


class PhoneNumber:
    """A secret or secure parameter with a number in E.164 format.

    The provider reads the number when it creates or updates the session. The template and the
    stack's events never hold it; the session's attributes show it only if `reveal_participants`
    is set. After a change of the secret or parameter, the next update replaces the session.
    """

    def __init__(
        self,
        source: "aws_secretsmanager.ISecret | aws_ssm.IParameter",
        reference: dict[str, str],
    ) -> None:
        self._source = source
        self._reference = reference

    @classmethod
    def from_secret(
        cls, secret: "aws_secretsmanager.ISecret", *, json_field: str | None = None
    ) -> Self:
        """Take the number from a secret of Secrets Manager.

        Args:
            secret: the secret, in the provider's region.
            json_field: the field with the number, if the secret is a JSON object. Default: the
                whole secret is the number.

        Raises:
            TypeError: `secret` is another value than a secret.
        """
        try:
            arn = secret.secret_full_arn or secret.secret_arn
        except AttributeError:
            msg = f"secret must be a secret of aws_secretsmanager: {_FIND_BY_NAME}"
            raise TypeError(msg) from None
        field = {} if json_field is None else {"JsonField": json_field}
        return cls(secret, {"SecretArn": arn, **field})

    @classmethod
    def from_secure_parameter(cls, parameter: "aws_ssm.IParameter") -> Self:
        """Take the number from a secure string of Parameter Store.

        Args:
            parameter: the parameter, in the provider's account and region.

        Raises:
            TypeError: `parameter` is another value than a parameter.
        """
        try:
            name = parameter.parameter_name
        except AttributeError:
            msg = f"parameter must be a parameter of aws_ssm: {_FIND_BY_PATH}"
            raise TypeError(msg) from None
        return cls(parameter, {"ParameterName": name})

    @property
    def reference(self) -> dict[str, str]:
        """The value in the template in place of the number."""
        return dict(self._reference)

    def grant_read(self, grantee: aws_iam.IGrantable, role: aws_iam.IRole | None = None) -> None:
        """Permit to read the number, and to decrypt it with the source's own key.

        Args:
            grantee: the application's role, or another principal; or a policy of `role`.
            role: the role for the key's policy, if `grantee` is a policy. Default: none.
        """
        if role is not None and isinstance(grantee, aws_iam.Policy):
            grantee = SecretReader(grantee, role)
        self._source.grant_read(grantee)
