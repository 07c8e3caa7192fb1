"""The handler with its world as arguments."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from tests.doubles import NOW, Answers, Api, Context

from chime_proxy_provider import handler as provider
from chime_proxy_provider.lifecycle.deletion import RefusedDeletion


@pytest.fixture
def api() -> Iterator[Api]:
    """An API that must be called exactly as told."""
    api = Api()
    yield api
    api.verify()


@pytest.fixture
def answers() -> Answers:
    """Where answers arrive."""
    return Answers()


@pytest.fixture
def handler(api: Api, answers: Answers) -> provider.Handler:
    """The handler in a world where no time passes."""
    return provider.Handler(
        client=lambda: api.client,
        routes=lambda _: [answers],  # type: ignore[list-item]  # as much of a pool as is used
        refused_deletion=RefusedDeletion.FAIL,
        now=lambda: NOW,
        clock=lambda: 0.0,
        sleep=lambda _: None,
    )


@pytest.fixture
def handle(
    handler: provider.Handler, answers: Answers
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Hand an event to the handler and return its one answer."""

    def run(event: Mapping[str, Any]) -> dict[str, Any]:
        handler(event, Context())
        return answers.only

    return run
