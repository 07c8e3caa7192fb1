"""The modules of a cold start; benchmarks tell its time."""

import subprocess
import sys

import pytest
from tests.folders import ROOT

_ENVIRONMENT = {
    "ANNOUNCEMENT_LANGUAGE": "en-US",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "CALL_LIMIT_SECONDS": "60",
    "INSTANCE_ARN": "arn:aws:connect:us-east-1:000000000000:instance/one",
    "PYTHONPATH": str(ROOT / "lambda"),
    "SECRET_ARN": "secret",
    "TABLE_NAME": "sessions",
}


def printed(code: str) -> str:
    """The output of a new process, without what the tests have imported."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=_ENVIRONMENT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("adapter", ["twiml", "connect"])
def test_adapter_starts_without_the_places_of_numbers(adapter: str) -> None:
    """A caller does not wait for `phonenumbers`, which only a choice of numbers needs."""
    code = (
        f"import sys, chime_proxy_service.handlers.{adapter}; print('phonenumbers' in sys.modules)"
    )

    assert printed(code) == "False"


@pytest.mark.parametrize("function", ["api", "twiml", "connect"])
def test_garbage_is_collected_after_the_start(function: str) -> None:
    """Nothing that was imported is searched for garbage, and what comes later is."""
    code = (
        f"import gc, chime_proxy_service.handlers.{function}; "
        "print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )

    assert printed(code) == "True True"
