"""Times CloudFormation as it creates, leaves, updates and destroys stacks of sessions.

The CDK CLI is left out: it adds the same to every approach, and polls a stack only every five
seconds.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.peers.approach import NAMES
from benchmarks.peers.apps import ENDPOINT
from benchmarks.peers.cloud import Cloud, running_cloud
from benchmarks.peers.workshop import Workshop, templates
from botocore.exceptions import ClientError

from chime_proxy_local.cloud.proxy_sessions import VOICE_CONNECTOR_ID

_FINISHED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}


@dataclass(frozen=True, slots=True)
class _Deployment:
    """Stacks of one approach on a cloud."""

    cloud: Cloud
    stacks: dict[str, str]

    def create(self) -> None:
        """Create all stacks at once."""
        client = self.cloud.client("cloudformation")
        self._settle(
            [
                client.create_stack(StackName=name, **self._source(name, text))["StackId"]
                for name, text in self.stacks.items()
            ]
        )

    def leave(self) -> None:
        """Update to the same templates."""
        self._update(self.stacks)

    def update(self) -> None:
        """Change the expiry of every session."""
        self._update({name: changed(text) for name, text in self.stacks.items()})

    def destroy(self) -> None:
        """Delete all stacks at once."""
        client = self.cloud.client("cloudformation")
        ids = [
            client.describe_stacks(StackName=name)["Stacks"][0]["StackId"] for name in self.stacks
        ]
        for stack_id in ids:
            client.delete_stack(StackName=stack_id)
        self._settle(ids)

    def _update(self, stacks: dict[str, str]) -> None:
        client = self.cloud.client("cloudformation")
        for name, text in stacks.items():
            try:
                client.update_stack(StackName=name, **self._source(name, text))
            except ClientError as error:
                if "No updates" not in str(error):
                    raise
        self._settle(list(stacks))

    def _source(self, name: str, text: str) -> dict[str, Any]:
        address = self.cloud.publish_template(f"{name}.json", text)
        return {"TemplateURL": address, "Capabilities": ["CAPABILITY_IAM"]}

    def _settle(self, stacks: list[str]) -> None:
        statuses = self.cloud.settle(stacks)
        if not statuses <= _FINISHED:
            msg = f"the stacks ended in {', '.join(sorted(statuses))}"
            raise RuntimeError(msg)


def changed(template: str) -> str:
    """Return the template with an expiry of 90 minutes in place of 60."""
    for mark in ('"ExpiryMinutes": {}', '\\"ExpiryMinutes\\":{}'):
        template = template.replace(mark.format(60), mark.format(90))
    return template


def measure(workshop: Workshop, sizes: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Deploy each approach in each size, which is (sessions of a stack, stacks)."""
    rows = []
    with running_cloud(workshop) as cloud:
        for sessions, stacks in sizes:
            for name in NAMES:
                row = {"approach": name, "sessions": sessions * stacks, "stacks": stacks}
                try:
                    rows.append({**row, **_measure(cloud, workshop, name, sessions, stacks)})
                except RuntimeError as error:
                    rows.append({**row, "impossible": _reason(error)})
    return rows


def _measure(
    cloud: Cloud, workshop: Workshop, name: str, sessions: int, stacks: int
) -> dict[str, Any]:
    assembly = workshop.synthesize(name, sessions, stacks)
    cloud.publish(assembly)
    texts = {
        stack: (assembly / f"{stack}.template.json").read_text().replace(ENDPOINT, cloud.endpoint)
        for stack in templates(assembly)
    }
    deployment = _Deployment(cloud, texts)
    seconds = {"synth_s": round(workshop.synthesis_seconds[assembly], 2)}
    seconds["create_s"] = _seconds(deployment.create)
    seconds["no_op_s"] = _seconds(deployment.leave)
    _check(cloud, Counter({60: sessions * stacks}))
    seconds["update_s"] = _seconds(deployment.update)
    _check(cloud, Counter({90: sessions * stacks}))
    seconds["destroy_s"] = _seconds(deployment.destroy)
    _check(cloud, Counter())
    return seconds


def _check(cloud: Cloud, expected: Counter[int]) -> None:
    """Fail unless the sessions are those of the templates: else the times would mean nothing."""
    client, page = cloud.client("chime-sdk-voice"), {"VoiceConnectorId": VOICE_CONNECTOR_ID}
    found: Counter[int] = Counter()
    while True:
        answer = client.list_proxy_sessions(**page)
        found.update(session["ExpiryMinutes"] for session in answer["ProxySessions"])
        if "NextToken" not in answer:
            break
        page["NextToken"] = answer["NextToken"]
    if found != expected:
        msg = f"there are {dict(found)} sessions by minutes, not {dict(expected)}"
        raise AssertionError(msg)


def _seconds(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return round(time.perf_counter() - start, 2)


def _reason(error: RuntimeError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if "Error: " in line]
    return (lines or str(error).splitlines())[-1].rpartition("Error: ")[2]
