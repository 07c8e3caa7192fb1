"""The goals and the measured figures."""

from typing import Any

from benchmarks.report.markdown import markdown, spread

_PEERS = ("crhelper", "framework", "AwsCustomResource")


def goals(results: dict[str, Any]) -> str:
    """Return a row for each goal."""
    start, warm, sizes = results["start"], results["warm"], results["sizes"]
    allocations = results["service"]["by_open_sessions"]
    deployed = start["provider"]["as deployed"]
    overhead = max(
        warm["provider"][event]["cpu_ms"] - warm["bare"][event]["cpu_ms"] for event in warm["bare"]
    )
    rows = (
        _first_run(results["first"]),
        ("start, as deployed", "0.90 of the floor", spread(deployed["to_bare"]["cpu"])),
        (
            "first answer",
            "1.25 of AwsCustomResource's",
            spread(deployed["to_AwsCustomResource"]["answered_cpu"]),
        ),
        ("warm event beyond the floor", "3 ms of CPU", f"{overhead:.1f} ms"),
        (
            "API calls of Create, refresh, Update, Delete",
            _calls(warm["bare"]),
            _calls(warm["provider"]),
        ),
        ("asset", "2500 kB", f"{sizes['provider']['asset_bytes'] // 1000} kB"),
        ("template per session", "900 bytes", f"{_template(sizes)} bytes"),
        *_synthesis(results["synthesis"]),
        *_deployments(results["deploy"]),
        (
            f"allocation at {allocations[-1]['sessions']} open sessions",
            "1 ms",
            f"{allocations[-1]['allocation_ms']:.2f} ms",
        ),
        *_operations(results["operations"]),
    )
    return markdown(("", "at most", "measured"), rows)


def _first_run(rows: list[dict[str, Any]]) -> tuple[str, str, str]:
    own, bare = rows[0]["seconds"], rows[-1]["seconds"]
    return ("first `make local`", "45 s", f"{own} s; a bare CDK app alone {bare} s")


def _calls(events: dict[str, dict[str, Any]]) -> str:
    return ", ".join(str(sum(event["calls"].values())) for event in events.values())


def _template(sizes: dict[str, Any]) -> int:
    bytes_per_session: int = sizes["provider"]["template_bytes_per_session"]
    return bytes_per_session


def _synthesis(results: dict[str, Any]) -> list[tuple[str, str, str]]:
    own = [row for row in results["apps"] if row["approach"] == "provider"]
    fewest, most = own[0], own[-1]
    return [
        ("calls to Node per session", "5", str(results["calls"]["provider"])),
        (f"{most['sessions']} sessions synthesized", "1.6 of the floor", spread(most["to_bare"])),
        (
            "one session synthesized",
            "AwsCustomResource's CPU",
            spread(fewest["to_AwsCustomResource"]),
        ),
    ]


def _deployments(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    single = [row for row in rows if row["stacks"] == 1 and "create_s" in row]
    most = max(row["sessions"] for row in single)
    seconds = {row["approach"]: row["create_s"] for row in single if row["sessions"] == most}
    fastest = min(seconds[name] for name in _PEERS if name in seconds)
    return [(f"{most} sessions created", f"{fastest} s, any peer's", f"{seconds['provider']} s")]


def _operations(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    floors = {"same calls": "the same calls alone", "transaction": "its transaction alone"}
    return [
        (
            f"operation of {rows[-1]['clients']} clients, the slowest",
            f"1.5 times {name}",
            _slowest([row for row in rows if row["clients"] == rows[-1]["clients"]], floor),
        )
        for floor, name in floors.items()
    ]


def _slowest(rows: list[dict[str, Any]], floor: str) -> str:
    ratio, operation = max(
        (row["table"]["p50"] / row[floor]["p50"], row["operation"]) for row in rows
    )
    return f"{ratio:.2f} ({operation})"
