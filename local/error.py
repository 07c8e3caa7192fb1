"""The one error that a user of the local cloud sees."""


class LocalCloudError(Exception):
    """An expected failure: its message says what is wrong and what to do about it."""
