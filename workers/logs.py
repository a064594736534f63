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

_EMPTY_RECORD = logging.makeLogRecord({})
_STANDARD = frozenset(
    (
        *vars(_EMPTY_RECORD),
        "message",
        "asctime",
        "taskName",
        "data",
    )
)
_NOISY = (
    "httpx",
    "httpcore",
    "hpack",
    "amqp",
    "argostranslate",
)


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
        moment = _find_moment(record)
        level = record.levelname.lower()
        fields = _list_fields(record)
        pairs = [f"{name}={value}" for name, value in fields.items()]
        words = [
            f"{moment:%Y-%m-%d %H:%M:%S}Z",
            f"{level:8}",
            record.getMessage(),
            *pairs,
        ]
        text = " ".join(words)
        # What a field holds may be a stranger's: it neither steers a terminal nor begins a line.
        line = make_line(text.rstrip())
        if not record.exc_info:
            return line
        traceback = self.formatException(record.exc_info)
        trace = make_printable(traceback)
        return f"{line}\n{trace}"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = _find_moment(record)
        event: dict[str, object] = {
            "time": moment.isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **_list_fields(record),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        written = json.dumps(event, ensure_ascii=False, default=str)
        return escape_json(written)


class _SecretHider(logging.Formatter):
    """The last net: it hides what a library wrote into its own lines, or into a traceback."""

    def __init__(self, inner: logging.Formatter, secrets: Collection[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        without_secrets = hide_secrets(line, self._secrets)
        return hide_logins(without_secrets)


def make_handler(
    stream: TextIO,
    form: str,
    secrets: Collection[str] = (),
) -> logging.Handler:
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
    for name in _NOISY:
        noisy = logging.getLogger(name)
        noisy.setLevel(logging.WARNING)
