"""The reason of a failed build."""


class BundleError(Exception):
    """The bundle cannot be built."""
