"""Prints the calls to Node that each further session of an approach makes: `counted_app.py APPROACH`."""

import sys

from benchmarks.measures.node_calls import calls_per_item
from benchmarks.peers.apps import main

_FEW = 10


def count(approach: str) -> int:
    """Return the calls of a session to Node."""
    return calls_per_item(lambda sessions: main(approach, sessions, 1), _FEW).total()


if __name__ == "__main__":
    print(count(sys.argv[1]))
