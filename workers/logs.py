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
from aggregator.urls.secrets import hide_logins, hide_secrets

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TextIO

__all__ = ["configure", "make_handler"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "data"}


def _list_fields(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


class _About(logging.Filter):
    """Adds what the work is about that a line is logged in; a line's own word on it stands."""

    def filter(self, record: logging.LogRecord) -> bool:
        for key, value in read_log_context().items():
            if not hasattr(record, key):
                setattr(record, key, value)
        return True


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        level = record.levelname.lower()
        fields = " ".join(f"{key}={value}" for key, value in _list_fields(record).items())
        line = f"{moment:%Y-%m-%d %H:%M:%S}Z {level:8} {record.getMessage()} {fields}".rstrip()
        if not record.exc_info:
            return line
        return f"{line}\n{self.formatException(record.exc_info)}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **_list_fields(record),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False, default=str)


class _Hiding(logging.Formatter):
    """The last net: what a library of ours wrote into its own lines, or into a traceback, is hidden as well."""

    def __init__(self, inner: logging.Formatter, secrets: Collection[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return hide_logins(hide_secrets(self._inner.format(record), self._secrets))


def make_handler(stream: TextIO, form: str, secrets: Collection[str] = ()) -> logging.Handler:
    """Return what writes lines to a stream. Arguments as for ``configure``."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(_About())
    handler.setFormatter(_Hiding(_Json() if form == "json" else _Text(), secrets))
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
