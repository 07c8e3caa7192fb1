"""The error shown to users of the local cloud."""


class LocalCloudError(Exception):
    """An expected failure; its message has the cause and the remedy."""
