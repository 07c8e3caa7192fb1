"""Phone numbers as the API spells them: with or without their plus sign."""


def digits(number: object) -> str:
    """A number without its plus sign, so that both spellings compare equal."""
    return str(number).removeprefix("+")
