"""The quartiles of samples, in which one that another program has slowed counts little."""

from collections.abc import Iterable
from statistics import quantiles


def quartiles(samples: Iterable[float]) -> list[float]:
    """Return the lower quartile, the median and the upper quartile."""
    values = list(samples)
    cuts = quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return [round(cut, 3) for cut in cuts]


def pair_ratios(own: Iterable[float], others: Iterable[float]) -> list[float]:
    """Return the quartiles of the ratios of pairs, each of which was measured at one time."""
    return quartiles(one / other for one, other in zip(own, others, strict=True))
