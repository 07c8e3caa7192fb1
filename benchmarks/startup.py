"""How long the handler takes to be ready, as a multiple of a bare client of the same API.

Run it with `python benchmarks/startup.py [ROUNDS]`. Both start in turn, each in a process of its
own with compiled bytecode at hand; the figures are medians of the processor time from the first
line to the last, without the start of Python itself.
"""

import os
import subprocess
import sys
from statistics import median

_BARE = 'import boto3; boto3.client("chime-sdk-voice")'
_HANDLER = "import chime_proxy_provider.handler"
_TIMED = """
import time
start, cpu = time.perf_counter(), time.process_time()
{code}
print(time.perf_counter() - start, time.process_time() - cpu)
"""
_ENVIRONMENT = {
    **os.environ,
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


def main() -> None:
    """Measure, and print a table and its ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    samples: dict[str, list[tuple[float, float]]] = {_BARE: [], _HANDLER: []}
    for code in samples:
        _start(code)
    for _ in range(rounds):
        for code, taken in samples.items():
            taken.append(_start(code))
    bare, handler = (_medians(taken) for taken in samples.values())
    print(f"{'':20}{'wall ms':>10}{'CPU ms':>10}")
    print(f"{'bare boto3 client':20}{bare[0]:10.0f}{bare[1]:10.0f}")
    print(f"{'handler':20}{handler[0]:10.0f}{handler[1]:10.0f}")
    print(f"{'ratio':20}{handler[0] / bare[0]:10.2f}{handler[1] / bare[1]:10.2f}")


def _start(code: str) -> tuple[float, float]:
    command = [sys.executable, "-c", _TIMED.format(code=code)]
    done = subprocess.run(command, env=_ENVIRONMENT, check=True, capture_output=True, text=True)
    wall, cpu = done.stdout.split()
    return float(wall), float(cpu)


def _medians(taken: list[tuple[float, float]]) -> tuple[float, float]:
    walls, cpus = zip(*taken, strict=True)
    return median(walls) * 1000, median(cpus) * 1000


if __name__ == "__main__":
    main()
