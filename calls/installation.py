"""Installs Asterisk, SIPp and baresip: root's work on Debian."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_PACKAGES = {"sipp": "sip-tester", "baresip": "baresip-core", "debootstrap": "debootstrap"}
_MIRROR = "http://deb.debian.org/debian"


class CallsError(Exception):
    """An expected failure; its message has the cause and the remedy."""


def install(root: Path) -> None:
    """Install what is not there yet. Asterisk is in none of Debian's stable releases.

    Args:
        root: the folder for Asterisk and the Debian around it, about 500 MB.

    Raises:
        CallsError: this is not root on Debian, or an installation failed.
    """
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        msg = (
            "`make calls` installs Asterisk into a folder and runs it there, which takes root on "
            "Debian: run it as root, in a container for instance."
        )
        raise CallsError(msg)
    missing = [package for name, package in _PACKAGES.items() if not shutil.which(name)]
    if missing:
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-qq", "--no-install-recommends", *missing)
    if not root.exists():
        _show("Installing Asterisk, which takes a few minutes ...")
        # One that was interrupted is not taken for whole.
        unfinished = root.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ("--variant=minbase", "--include=asterisk")
        _run("debootstrap", *options, "sid", str(unfinished), _MIRROR)
        unfinished.rename(root)


def _run(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        output = f"{done.stdout}{done.stderr}".strip()
        msg = f"{command[0]} failed:\n\n{output[-2000:]}"
        raise CallsError(msg)


def _show(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
