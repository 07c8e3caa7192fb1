"""The proxy numbers of a service: in a layer if known at synthesis, else in the environment."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from aws_cdk import Fn, Stage, aws_lambda
from constructs import Construct

from chime_proxy._deferred_value import is_deferred, is_token

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_NUMBERS_FILE = "proxy_phone_numbers.json"
# Lambda's limit for all environment variables of a function is 4 KB.
_MOST_IN_ENVIRONMENT = 200


def check_numbers(phone_numbers: Sequence[str]) -> None:
    """Refuse a list that is empty or has numbers that are not in E.164 format.

    Raises:
        ValueError: names the places of the wrong items, not the numbers.
    """
    if isinstance(phone_numbers, str) or (not is_token(phone_numbers) and not phone_numbers):
        msg = "phone_numbers must be a list of at least one number in E.164 format"
        raise ValueError(msg)
    if is_token(phone_numbers):
        return
    wrong = [
        str(place)
        for place, number in enumerate(phone_numbers)
        if not is_deferred(number) and not (isinstance(number, str) and _E164.fullmatch(number))
    ]
    if wrong:
        msg = (
            f"phone_numbers[{'], ['.join(wrong)}] must be in E.164 format: a plus sign, the "
            "country code and the number, without spaces"
        )
        raise ValueError(msg)
    deferred = [number for number in phone_numbers if is_deferred(number)]
    if len(deferred) > _MOST_IN_ENVIRONMENT:
        msg = (
            f"phone_numbers has {len(deferred)} values that are known only at deployment; "
            f"{_MOST_IN_ENVIRONMENT} fit into the function's environment"
        )
        raise ValueError(msg)


def numbers_layer(scope: Construct, phone_numbers: Sequence[str]) -> aws_lambda.LayerVersion | None:
    """Make a layer with the numbers that are known at synthesis; None if there are none."""
    known = (
        [] if is_token(phone_numbers) else [one for one in phone_numbers if not is_deferred(one)]
    )
    if not known:
        return None
    # In the app's output, since a folder of our own elsewhere would stay there: CDK copies it
    # during synthesis, but not with --no-staging, where it reads it at deployment.
    output = cast("Stage", Stage.of(scope)).asset_outdir  # an app is a stage, and has each stack
    folder = Path(output, f"numbers.{scope.node.addr}", "python")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _NUMBERS_FILE).write_text(json.dumps(known), encoding="utf-8")
    return aws_lambda.LayerVersion(
        scope,
        "Numbers",
        description="The proxy numbers of the service",
        code=aws_lambda.Code.from_asset(str(folder.parent)),
    )


def numbers_environment(phone_numbers: Sequence[str]) -> str:
    """Return the numbers that are known only at deployment, joined with commas."""
    if is_token(phone_numbers):
        return Fn.join(",", list(phone_numbers))
    return ",".join(one for one in phone_numbers if is_deferred(one))
