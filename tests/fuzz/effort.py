"""How hard the suite tries: the same few cases in every test run, many new ones in `make fuzz`."""

import os

from hypothesis import HealthCheck, settings

_FACTOR = int(os.environ.get("FUZZ_FACTOR", "1"))


def effort(cases: int) -> settings:
    """The settings of a property.

    Args:
        cases: how many to try, and always the same; with FUZZ_FACTOR set to more than 1 as many
            times more, and other ones each time.
    """
    return settings(
        max_examples=cases * _FACTOR,
        derandomize=_FACTOR == 1,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
