"""Reads the settings of the service's functions: environment variables and a file of numbers."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from chime_proxy_service.session import RETENTION

NUMBERS_FILE = "proxy_phone_numbers.json"
"""A JSON list of E.164 numbers in a layer's folder `python`, for numbers known at synthesis."""

_E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """The settings of schedules.

    Args:
        group: the name of their group.
        role_arn: the role by which they invoke the function.
        function_arn: the function that they invoke.
    """

    group: str
    role_arn: str
    function_arn: str

    @classmethod
    def read(cls, environment: Mapping[str, str], function_arn: str) -> Self:
        """Read the settings.

        Args:
            environment: has SCHEDULE_GROUP_NAME and SCHEDULE_ROLE_ARN.
            function_arn: the function.
        """
        return cls(
            group=environment["SCHEDULE_GROUP_NAME"],
            role_arn=environment["SCHEDULE_ROLE_ARN"],
            function_arn=function_arn,
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a function.

    Args:
        region: the region of requests that name none.
        table: the name of the table.
        phone_numbers: the proxy numbers, in the order they are handed out.
        function_name: the function's name.
        retention: the time for which a session can be read after it closed.
        event_bus: the name or ARN of the bus of events; ``""`` if no events are sent.
        schedules: the schedules of the sessions' checks; None if there are none.
    """

    region: str
    table: str
    phone_numbers: tuple[str, ...]
    function_name: str
    retention: timedelta
    event_bus: str
    schedules: ScheduleSettings | None

    @classmethod
    def read(cls, environment: Mapping[str, str], path: Iterable[str]) -> Self:
        """Read the settings.

        Args:
            environment: has AWS_REGION, TABLE_NAME and PROXY_PHONE_NUMBERS: numbers that are known
                only at deployment, joined with commas. It may have RETENTION_DAYS,
                EVENT_BUS_NAME, and EXPIRY_FUNCTION_ARN with the settings of schedules.
            path: the folders of Python's modules; the first with a file of numbers counts.

        Raises:
            ValueError: a number is not in E.164 format, or RETENTION_DAYS is no number.
        """
        deployed = (one.strip() for one in environment.get("PROXY_PHONE_NUMBERS", "").split(","))
        numbers = [*_numbers_of_file(path), *_checked(list(filter(None, deployed)))]
        return cls(
            region=environment["AWS_REGION"],
            table=environment["TABLE_NAME"],
            phone_numbers=tuple(dict.fromkeys(numbers)),
            function_name=environment.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
            retention=_retention(environment),
            event_bus=environment.get("EVENT_BUS_NAME", ""),
            schedules=_schedules(environment),
        )


@dataclass(frozen=True, slots=True)
class AdapterSettings:
    """The settings of an adapter's function.

    Args:
        region: the region of the sessions.
        table: the name of the table.
        language: the language of the announcements.
        call_limit: the time after which a call counts as ended.
        function_name: the function's name.
        event_bus: the name or ARN of the bus of events; ``""`` if no events are sent.
    """

    region: str
    table: str
    language: str
    call_limit: timedelta
    function_name: str
    event_bus: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Args:
            environment: has AWS_REGION, TABLE_NAME, ANNOUNCEMENT_LANGUAGE and CALL_LIMIT_SECONDS. It
                may have EVENT_BUS_NAME.
        """
        return cls(
            region=environment["AWS_REGION"],
            table=environment["TABLE_NAME"],
            language=environment["ANNOUNCEMENT_LANGUAGE"],
            call_limit=timedelta(seconds=int(environment["CALL_LIMIT_SECONDS"])),
            function_name=environment.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
            event_bus=environment.get("EVENT_BUS_NAME", ""),
        )


def _schedules(environment: Mapping[str, str]) -> ScheduleSettings | None:
    function_arn = environment.get("EXPIRY_FUNCTION_ARN")
    return ScheduleSettings.read(environment, function_arn) if function_arn else None


def _retention(environment: Mapping[str, str]) -> timedelta:
    if "RETENTION_DAYS" not in environment:
        return RETENTION
    return timedelta(days=int(environment["RETENTION_DAYS"]))


def _checked(numbers: list[str]) -> list[str]:
    wrong = [str(place) for place, one in enumerate(numbers) if not _E164.fullmatch(one)]
    if wrong:
        msg = (
            f"PROXY_PHONE_NUMBERS[{'], ['.join(wrong)}] must be in E.164 format, with a plus sign; "
            "see phone_numbers of the ProxySessionService"
        )
        raise ValueError(msg)
    return numbers


def _numbers_of_file(path: Iterable[str]) -> list[str]:
    for folder in path:
        file = Path(folder, NUMBERS_FILE)
        if file.is_file():
            numbers: list[str] = json.loads(file.read_text(encoding="utf-8"))
            return numbers
    return []
