"""Counts hold on any machine; times are for the benchmarks to tell."""

from benchmarks.measures import startup, warm
from benchmarks.measures.sizes import compare
from benchmarks.peers.approach import Approach
from benchmarks.peers.workshop import Workshop
from benchmarks.quartiles import pair_ratios


def test_events_cost_one_call_each(provider: Approach, bare: Approach) -> None:
    """No event costs more calls of the API than the floor makes: one each."""
    measured = warm.measure([provider, bare], rounds=1)

    calls = {name: [event["calls"] for event in one.values()] for name, one in measured.items()}
    assert [sum(of_event.values()) for of_event in calls["provider"]] == [1, 1, 1, 1]
    assert [sum(of_event.values()) for of_event in calls["bare"]] == [1, 1, 1, 1]
    assert calls["provider"][1] == {"GetProxySession": 1}


def test_cold_start_answers(provider: Approach) -> None:
    """A function that starts with an event answers it, with bytecode beside its code or without."""
    measured = startup.measure([provider], rounds=1)

    assert measured["provider"].keys() == {"as deployed", "without bytecode"}
    assert all(one["answered_cpu_ms"] > one["cpu_ms"] for one in measured["provider"].values())


def test_ratio_is_the_median_of_pairs() -> None:
    """Each sample is compared with the other one of its round, and the quartiles are told."""
    assert pair_ratios([90, 160, 80], [100, 200, 100]) == [0.8, 0.8, 0.85]


def test_session_adds_one_small_resource(workshop: Workshop, provider: Approach) -> None:
    """A session adds one resource and less than 900 bytes; a stack's provider is one function."""
    many = workshop.synthesize("provider", 3)
    measured = compare((1, provider.assembly), (3, many))

    assert measured["resources_per_session"] == {"Custom": 1}
    assert measured["template_bytes_per_session"] < 900
    assert measured["resources_per_stack"] == {
        "AWS::IAM::Policy": 2,
        "AWS::IAM::Role": 1,
        "AWS::Lambda::Function": 1,
        "AWS::Logs::LogGroup": 1,
    }
    assert measured["asset_bytes"] < 2_500_000
