"""Checks the permission for a schedule by the schedule's group.

ministack takes every schedule for one of the group `default`.
"""

import json
from typing import Any

from ministack.core import iam_actions

_ministack_resource_arn = iam_actions.extract_resource_arn


def install() -> None:
    """Replace the function that finds the resource of a request."""
    iam_actions.extract_resource_arn = _resource_arn


def _resource_arn(  # noqa: PLR0913, PLR0917 - called with ministack's arguments
    service: str,
    method: str,
    path: str,
    headers: dict[str, Any],
    body: bytes,
    query_params: dict[str, Any],
    region: str,
    account_id: str,
) -> str:
    arn: str = _ministack_resource_arn(
        service, method, path, headers, body, query_params, region, account_id
    )
    if service != "scheduler" or method not in ("POST", "PUT"):
        return arn
    group = json.loads(body or b"{}").get("GroupName", "default")
    return arn.replace(":schedule/default/", f":schedule/{group}/")
