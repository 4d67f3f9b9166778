"""Logs go to standard error, one event a line, with ids and never with words.

An exception is told by its kind and its frames: what it says may quote what somebody wrote.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
import traceback
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
import psycopg
import structlog

from bot.redact import scrub

Form = Literal["", "json", "text"]


def set_up(level: int, form: Form = "", for_good: bool = False) -> None:
    """Log from `level` (of `logging`) up, as JSON or as text ("" = text where somebody watches); `for_good`: once only.

    Other libraries' logs begin at warnings: theirs hold addresses.
    """
    as_json = form == "json" or (form == "" and not sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Foreign(as_json))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    rendered: Any = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if as_json:
        rendered = structlog.processors.JSONRenderer(serializer=_json_bytes)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exceptions,
            rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer)
        if as_json
        else structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=for_good,
    )


def told(why: BaseException) -> str:
    """An exception and what led to it: kinds and frames, and of a disk's or a database's words what holds no values."""
    earlier = why.__cause__ or (None if why.__suppress_context__ else why.__context__)
    before = f"{told(earlier)}\nand then:\n" if earlier is not None else ""
    frames = "".join(traceback.format_tb(why.__traceback__))
    return f"{before}{frames}{type(why).__module__}.{type(why).__qualname__}{_harmless(why)}"


def _harmless(why: BaseException) -> str:
    if isinstance(why, psycopg.Error):
        return f": {why.diag.message_primary or ''}"
    if isinstance(why, sqlite3.Error):
        return f": {why}"
    return f": {why.strerror}" if isinstance(why, OSError) and why.strerror else ""


def _exceptions(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    why = given[1] if isinstance(given, tuple) else given
    if isinstance(why, BaseException):
        event["exception"] = told(why)
    return event


def _json_bytes(event: Any, **_more: Any) -> bytes:
    return orjson.dumps(event, default=str)


class _Foreign(logging.Formatter):
    """Other libraries' records in the same form; numbers in what they say are masked."""

    def __init__(self, as_json: bool) -> None:
        super().__init__("%(asctime)s")
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """One record as one event."""
        said, level = scrub(record.getMessage()), record.levelname.lower()
        why = record.exc_info[1] if record.exc_info else None
        if self._as_json:
            at = datetime.fromtimestamp(record.created, UTC).isoformat()
            event = {"event": said, "logger": record.name, "level": level, "timestamp": at}
            return _json_bytes(event | ({"exception": told(why)} if why is not None else {})).decode()
        line = f"{record.levelname} {record.name}: {said}"
        return line if why is None else f"{line}\n{told(why)}"
