"""
Logs: one line an event, text for people or JSON for machines.

An event is a fixed string; what varies stands in fields (``extra``), so that logs can be counted
and searched.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aggregator.log_context import read_log_context
from aggregator.printable import escape_json, make_line, make_printable
from aggregator.urls.secrets import hide_logins, hide_secrets

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TextIO

__all__ = ["configure", "make_handler"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "data"}


def _list_fields(record: logging.LogRecord) -> dict[str, object]:
    fields = vars(record)
    return {name: value for name, value in fields.items() if name not in _STANDARD}


class _ContextFilter(logging.Filter):
    """Adds what the work is about that a line is logged in; a field of the line's own stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        for field, value in read_log_context().items():
            if not hasattr(record, field):
                setattr(record, field, value)
        return True


def _find_moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, tz=UTC)


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = f"{_find_moment(record):%Y-%m-%d %H:%M:%S}Z"
        level = record.levelname.lower()
        fields = [f"{name}={value}" for name, value in _list_fields(record).items()]
        words = [moment, f"{level:8}", record.getMessage(), *fields]
        # What a field holds may be a stranger's: it neither steers a terminal nor begins a line.
        line = make_line(" ".join(words).rstrip())
        if not record.exc_info:
            return line
        trace = make_printable(self.formatException(record.exc_info))
        return f"{line}\n{trace}"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "time": _find_moment(record).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **_list_fields(record),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return escape_json(json.dumps(event, ensure_ascii=False, default=str))


class _SecretHider(logging.Formatter):
    """The last net: it hides what a library wrote into its own lines, or into a traceback."""

    def __init__(self, inner: logging.Formatter, secrets: Collection[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        return hide_logins(hide_secrets(line, self._secrets))


def make_handler(stream: TextIO, form: str, secrets: Collection[str] = ()) -> logging.Handler:
    """Return what writes lines to a stream. Arguments as for ``configure``."""
    formatter = _JsonFormatter() if form == "json" else _TextFormatter()
    handler = logging.StreamHandler(stream)
    handler.addFilter(_ContextFilter())
    handler.setFormatter(_SecretHider(formatter, secrets))
    return handler


def configure(level: str, form: str, secrets: Collection[str] = ()) -> None:
    """
    Send logs to standard error.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``.
        form: ``text`` or ``json``.
        secrets: Never to be seen in a line, wherever it comes from.
    """
    handler = make_handler(sys.stderr, form, secrets)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Each request is logged by us as an outcome; the client's own lines would repeat it at every
    # hop.
    for noisy in ("httpx", "httpcore", "hpack", "amqp", "argostranslate"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
