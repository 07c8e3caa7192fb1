import json
import subprocess
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def seen(endpoint: str, tool: Callable[[str], str], tool_environment: dict[str, str]) -> Any:
    """What the JavaScript SDK saw of the service."""
    script = str(Path(__file__).with_name("client.mjs"))
    result = subprocess.run(
        [tool("node"), script, endpoint],
        env=tool_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_javascript_sdk_reads_pages_and_typed_errors(seen: Any) -> None:
    """The SDK's paginator gets every session once, its shapes parse, and its errors are typed."""
    assert seen["createdAt"] == "2020-04-15T16:10:10.288Z"
    assert [len(page) for page in seen["pages"]] == [5, 5, 2]
    assert sorted(chain.from_iterable(seen["pages"])) == sorted(seen["created"])
    assert seen["updated"]["Capabilities"] == ["SMS"]
    assert seen["updated"]["ExpiryMinutes"] == 5
    assert all(error["typed"] for error in seen["errors"].values())
    assert {name: error["Code"] for name, error in seen["errors"].items()} == {
        "notFound": "NotFound",
        "badRequest": "BadRequest",
        "badName": "BadRequest",
        "forbidden": "Forbidden",
    }
    assert "1 to 720 minutes" in seen["errors"]["badRequest"]["message"]
