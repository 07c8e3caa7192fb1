import subprocess
import sys
from pathlib import Path

from tests.folders import ROOT
from tests.local.patience import eventually

from chime_proxy_local.health import served_pid

_BENCHMARK = """
import sys
from pathlib import Path
from types import SimpleNamespace

from benchmarks.peers.cloud import running_cloud

workshop = SimpleNamespace(path=Path(sys.argv[1]), python=sys.executable, node_modules="")
with running_cloud(workshop) as cloud:
    print(cloud.endpoint, flush=True)
    {then}
"""


def start(folder: Path, then: str) -> tuple[subprocess.Popen[str], int]:
    """Start a benchmark, and return it with the port of its cloud."""
    command = [sys.executable, "-c", _BENCHMARK.format(then=then), str(folder)]
    benchmark = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert benchmark.stdout
    return benchmark, int(benchmark.stdout.readline().rpartition(":")[2])


def test_cloud_ends_with_its_benchmark(tmp_path: Path) -> None:
    """The cloud of a benchmark that is killed ends."""
    benchmark, port = start(tmp_path, then="sys.stdin.read()")
    with benchmark:
        assert served_pid(port)
        benchmark.kill()

    assert eventually(lambda: served_pid(port) is None)


def test_cloud_is_ended_before_its_benchmark_goes_on(tmp_path: Path) -> None:
    """At the end of the block the cloud is gone, and its folder can be used again."""
    benchmark, port = start(tmp_path, then="pass")
    with benchmark:
        pass

    assert benchmark.returncode == 0
    assert served_pid(port) is None
