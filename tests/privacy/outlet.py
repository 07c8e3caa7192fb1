"""Everything that leaves the handler's process while it serves an event."""

import io
import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from tests.doubles import Context

from chime_proxy_provider import handler as provider
from chime_proxy_provider import report

# Loggers are left for crhelper to quiet; whoever sets one to DEBUG does so before the event.
_LOGGERS = ("", "crhelper", "botocore", "boto3", "urllib3", report.SERVICE)
_OWN_FIELDS = vars(logging.makeLogRecord({})).keys()


@dataclass
class Departed:
    """What left: the values of the answers, and all other text."""

    data: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def holding(self, needles: set[str], needles_in_data: set[str]) -> list[str]:
        """The texts that hold one of the needles, and the values that hold one of theirs."""
        return [
            text
            for texts, sought in ((self.texts, needles), (self.data, needles_in_data))
            for text in texts
            if any(needle in text for needle in sought)
        ]


class _Recorder(logging.Handler):
    def __init__(self, texts: list[str]) -> None:
        super().__init__(logging.NOTSET)
        self._texts = texts

    def emit(self, record: logging.LogRecord) -> None:
        extra = {k: v for k, v in vars(record).items() if k not in _OWN_FIELDS}
        self._texts.append(f"{self.format(record)} {extra}")


def serve(handler: provider.Handler, event: Any, bodies: list[bytes]) -> Departed:
    """Hand an event to a handler, and return what left.

    Args:
        handler: the handler.
        event: the event.
        bodies: where the handler's answers arrive.
    """
    departed = Departed()
    with _recorded(departed.texts):
        try:
            handler(event, Context())
        except Exception as error:  # noqa: BLE001 - whatever leaves, leaves
            departed.texts += _texts_of(error)
    for body in bodies:
        answer: Mapping[str, Any] = json.loads(body)
        departed.data.append(str(answer["Data"]))
        departed.texts.append(str({**answer, "Data": None}))
    return departed


@contextmanager
def _recorded(texts: list[str]) -> Iterator[None]:
    recorder, stream = _Recorder(texts), io.StringIO()
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    written = report.logger.registered_handler
    assert isinstance(written, logging.StreamHandler)
    before = written.setStream(stream)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.addHandler(recorder)
    try:
        with redirect_stdout(stream), redirect_stderr(stream):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(recorder)
            logger.setLevel(level)
        written.setStream(before or written.stream)
        texts += _without_times(stream.getvalue())


def _without_times(output: str) -> Iterator[str]:
    """The lines of metrics without the time, whose digits could be anybody's number."""
    for line in output.splitlines():
        if '"_aws":' in line:
            metrics = json.loads(line)
            del metrics["_aws"]["Timestamp"]
            yield json.dumps(metrics)
        else:
            yield line


def _texts_of(error: BaseException | None) -> Iterator[str]:
    """The texts of an exception and of whatever it was raised from, suppressed or not."""
    while error:
        yield f"{error!r} {''.join(traceback.format_exception(error))}"
        error = error.__cause__ or error.__context__
