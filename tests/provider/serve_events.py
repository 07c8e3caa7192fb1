"""Serves the events on standard input as Lambda would, in the environment of this process."""

import json
import sys
import warnings

from tests.doubles import Context

# The tests' environment makes errors of warnings; Lambda prints them.
warnings.simplefilter("default")

from chime_proxy_provider.handler import handler  # noqa: E402 - after the filter

for line in sys.stdin:
    handler(json.loads(line), Context(milliseconds=5000))
