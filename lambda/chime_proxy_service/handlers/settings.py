"""Reads the settings of the service's functions: environment variables and a file of numbers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

NUMBERS_FILE = "proxy_phone_numbers.json"
"""A JSON list of E.164 numbers in a layer's folder `python`, for numbers known at synthesis."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a function.

    Args:
        region: the region of requests that name none.
        table: the name of the table.
        phone_numbers: the proxy numbers, in the order they are handed out.
        function_name: the function's name.
    """

    region: str
    table: str
    phone_numbers: tuple[str, ...]
    function_name: str

    @classmethod
    def read(cls, environment: Mapping[str, str], path: Iterable[str]) -> Self:
        """Read the settings.

        Args:
            environment: has AWS_REGION, TABLE_NAME and PROXY_PHONE_NUMBERS: numbers that are known
                only at deployment, joined with commas.
            path: the folders of Python's modules; the first with a file of numbers counts.
        """
        deployed = environment.get("PROXY_PHONE_NUMBERS", "").split(",")
        numbers = [*_numbers_of_file(path), *filter(None, deployed)]
        return cls(
            region=environment["AWS_REGION"],
            table=environment["TABLE_NAME"],
            phone_numbers=tuple(dict.fromkeys(numbers)),
            function_name=environment.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        )


def _numbers_of_file(path: Iterable[str]) -> list[str]:
    for folder in path:
        file = Path(folder, NUMBERS_FILE)
        if file.is_file():
            numbers: list[str] = json.loads(file.read_text(encoding="utf-8"))
            return numbers
    return []
