"""Runs a Python function: `worker.py FD MODULE.HANDLER` reads events and writes measures.

Before the handler it imports only modules that Python has imported anyway.
"""

import os
import sys
import time


class Context:
    """Lambda's context, with the attributes that the handlers read."""

    function_name = "benchmark"
    aws_request_id = "00000000-0000-4000-8000-000000000000"
    log_stream_name = "benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """A minute, always."""
        return 60_000


def main(out: int, handler: str) -> None:
    """Import the handler, report it, and serve events until there are no more."""
    module, _, name = handler.rpartition(".")
    __import__(module)
    serve = getattr(sys.modules[module], name)
    os.write(out, b"[%f, %d]\n" % (time.process_time() * 1000, _peak_kilobytes()))
    import json  # noqa: PLC0415 - after the start, which it is no part of

    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        result = serve(json.loads(line), Context())
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        total = time.process_time() * 1000
        os.write(out, json.dumps([total, cpu * 1000, wall * 1000, result]).encode() + b"\n")


def _peak_kilobytes() -> int:
    with open("/proc/self/status", "rb") as status:  # noqa: PTH123 - nothing more is imported
        return next(int(line.split()[1]) for line in status if line.startswith(b"VmHWM"))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
