"""The goals and the measured figures."""

from typing import Any

from benchmarks.report.table import markdown

_PEERS = ("crhelper", "framework", "AwsCustomResource")


def goals(results: dict[str, Any]) -> str:
    """Return a row for each goal."""
    start, warm, sizes = results["start"], results["warm"], results["sizes"]
    allocations = results["service"]["by_open_sessions"]
    floor, ready = (start[name]["as deployed"]["cpu_ms"] for name in ("bare", "provider"))
    overhead = max(
        warm["provider"][event]["cpu_ms"] - warm["bare"][event]["cpu_ms"] for event in warm["bare"]
    )
    rows = (
        ("first `make local`", "45 s", f"{results['first'][0]['seconds']} s"),
        ("start, as deployed", "1.0 of the floor", f"{ready / floor:.2f}"),
        ("warm event beyond the floor", "3 ms of CPU", f"{overhead:.1f} ms"),
        (
            "API calls of Create, refresh, Update, Delete",
            _calls(warm["bare"]),
            _calls(warm["provider"]),
        ),
        ("asset", "2500 kB", f"{sizes['provider']['asset_bytes'] // 1000} kB"),
        ("template per session", "900 bytes", f"{_template(sizes)} bytes"),
        *_synthesis(results.get("synthesis")),
        *_deployments(results["deploy"]),
        (
            f"allocation at {allocations[-1]['sessions']} open sessions",
            "1 ms",
            f"{allocations[-1]['allocation_ms']:.2f} ms",
        ),
    )
    return markdown(("", "at most", "measured"), rows)


def _calls(events: dict[str, dict[str, Any]]) -> str:
    return ", ".join(str(sum(event["calls"].values())) for event in events.values())


def _template(sizes: dict[str, Any]) -> int:
    bytes_per_session: int = sizes["provider"]["template_bytes_per_session"]
    return bytes_per_session


def _synthesis(results: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    if results is None:
        return []
    cpu = {(row["approach"], row["sessions"]): row["cpu_s"] for row in results["apps"]}
    most = max(sessions for _, sessions in cpu)
    ratio = cpu["provider", most] / cpu["bare", most]
    return [
        ("calls to Node per session", "5", str(results["calls"]["provider"])),
        (f"{most} sessions synthesized", "1.6 of the floor", f"{ratio:.2f}"),
        (
            "one session synthesized",
            f"{cpu['AwsCustomResource', 1]} s of CPU, AwsCustomResource's",
            f"{cpu['provider', 1]} s",
        ),
    ]


def _deployments(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    single = [row for row in rows if row["stacks"] == 1 and "create_s" in row]
    most = max(row["sessions"] for row in single)
    seconds = {row["approach"]: row["create_s"] for row in single if row["sessions"] == most}
    fastest = min(seconds[name] for name in _PEERS if name in seconds)
    return [(f"{most} sessions created", f"{fastest} s, any peer's", f"{seconds['provider']} s")]
