"""One POST to a service, its answer or what became of it, in the words of delivery."""

from __future__ import annotations

import logging
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from aggregator.errors import InDoubtError, NotSentError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aggregator.ports import Clock

__all__ = ["HttpPost"]

# It logs every address, and Telegram's holds the bot's token.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

_CONNECT_S = 10.0
_DETAIL_CHARS = 300
# Nothing reached the service: the connection was never made.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NEVER_WILL = (httpx.UnsupportedProtocol, httpx.InvalidURL)


class HttpPost:
    """
    Posts JSON.

    Args:
        channel: Id, for errors.
        secrets: Never to be seen in an error, wherever the service or the library puts them.
        clock: For dates in Retry-After.
        timeout_s: For an answer.
    """

    def __init__(self, channel: str, secrets: tuple[str, ...], clock: Clock, timeout_s: float) -> None:
        self._channel, self._secrets, self._clock = channel, secrets, clock
        self._timeout = httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s))

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***") if secret else text
        return " ".join(text.split())[:_DETAIL_CHARS]

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """
        Post, and return an answer of success.

        Raises:
            NotSentError: No connection, 408, 425, 429 or 5xx.
            RefusedError: Any other status, or an address that cannot be used.
            InDoubtError: The answer never came.
        """
        sent = {"content-type": "application/json; charset=utf-8", **headers}
        try:
            # A redirect is not followed: it would take the token elsewhere.
            answer = httpx.post(url, content=body, headers=sent, timeout=self._timeout, follow_redirects=False)
        except _NEVER_LEFT as error:
            raise NotSentError(self._channel, self._masked(f"no connection: {error}")) from None
        except _NEVER_WILL as error:
            raise RefusedError(self._channel, self._masked(f"address cannot be used: {error}")) from None
        except httpx.HTTPError as error:
            name = type(error).__name__
            raise InDoubtError(self._channel, self._masked(f"no answer: {name}: {error}")) from None
        if answer.is_success:
            return answer
        detail = self._masked(f"HTTP {answer.status_code}: {answer.text}")
        status = answer.status_code
        if status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS) or status >= 500:  # noqa: PLR2004
            raise NotSentError(self._channel, detail, retry_after(answer, self._clock.now()))
        raise RefusedError(self._channel, detail)


def retry_after(answer: httpx.Response, now: datetime) -> float | None:
    """Return the seconds that a service asks to wait: its JSON (Telegram), else Retry-After in either form."""
    try:
        asked = answer.json()["parameters"]["retry_after"]
        return max(0.0, float(asked))
    except (ValueError, KeyError, TypeError):
        pass
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None
