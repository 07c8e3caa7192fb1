import subprocess
import sys

_IMPORT = """
import sys
from chime_proxy import ProxySession, ProxySessionProvider
print(*(name for name in sys.modules if name.startswith("aws_cdk.aws_")))
"""
_NOT_NEEDED = ("chime", "cloudwatch", "dynamodb", "kms", "secretsmanager", "sqs", "ssm")


def test_sessions_load_no_service_that_they_do_not_use() -> None:
    """An app with sessions alone loads nothing of CDK that only some of their options need."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True
    )

    loaded = done.stdout.split()
    assert "aws_cdk.aws_lambda" in loaded
    assert [name for name in _NOT_NEEDED if f"aws_cdk.aws_{name}" in loaded] == []
