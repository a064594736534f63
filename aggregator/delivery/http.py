"""
One POST to a service, its answer or what became of it, in the words of delivery.

It leaves by the guarded client: to public addresses, and to the host that the operator wrote into
``base``.
"""

from __future__ import annotations

import logging
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpcore
import httpx

from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.net.client import NETWORK_ERRORS, GuardedClient
from aggregator.net.guard import AddressGuard, RefusedAddressError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aggregator.net.proxy import Proxy
    from aggregator.ports import Clock

__all__ = ["HttpPost", "find_operators_host"]

# It logs every address, and Telegram's holds the bot's token.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

_CONNECT_S = 10.0
_DETAIL_CHARS = 300
# Nothing reached the service: the connection was never made.
_NEVER_LEFT = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.ProxyError,
)
_NEVER_WILL = (RefusedAddressError, httpcore.UnsupportedProtocol, httpx.InvalidURL)
# Of an answer; those of the services have some hundred bytes.
_MAX_BYTES = 64 * 1024
# The whole exchange, in times of one wait: a service that drips keeps no worker for longer.
_WAITS = 2

# Answers below 500 after which the same request may be taken.
_TEMPORARY = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)


class HttpPost:
    """
    Posts JSON.

    Args:
        channel: Id, for errors.
        secrets: Never to be seen in an error, wherever the service or the library puts them.
        clock: For dates in Retry-After.
        timeout_s: For an answer.
        allow_private: Hosts of the operator's own choice, which need not be public.
        proxy: Through which it leaves; None for none.
    """

    def __init__(
        self,
        channel: str,
        secrets: tuple[str, ...],
        clock: Clock,
        timeout_s: float,
        *,
        allow_private: tuple[str, ...] = (),
        proxy: Proxy | None = None,
    ) -> None:
        self._channel = channel
        self._secrets = secrets
        self._clock = clock
        self._timeout_s = timeout_s
        self._guard = AddressGuard(allow_private)
        self._proxy = proxy

    def _mask_secrets(self, text: str) -> str:
        for secret in self._secrets:
            if secret:
                text = text.replace(secret, "***")
        return " ".join(text.split())[:_DETAIL_CHARS]

    def _exchange(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        timeout = httpx.Timeout(self._timeout_s, connect=min(_CONNECT_S, self._timeout_s))
        with GuardedClient(
            user_agent="tilshi",
            timeout=timeout,
            guard=self._guard,
            proxy=self._proxy,
        ) as client:
            return client.post(
                url,
                body,
                headers,
                max_bytes=_MAX_BYTES,
                total_s=_WAITS * self._timeout_s,
            )

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> httpx.Response:
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
            answer = self._exchange(url, body, sent)
        except _NEVER_WILL as error:
            detail = self._mask_secrets(f"address cannot be used: {error}")
            raise RefusedError(self._channel, detail) from None
        except _NEVER_LEFT as error:
            detail = self._mask_secrets(f"no connection: {error}")
            raise NotSentError(self._channel, detail) from None
        except NETWORK_ERRORS as error:
            detail = self._mask_secrets(f"no answer: {type(error).__name__}: {error}")
            raise InDoubtError(self._channel, detail) from None
        if answer.is_success:
            return answer
        detail = self._mask_secrets(f"HTTP {answer.status_code}: {answer.text}")
        status = answer.status_code
        if status in _TEMPORARY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            wait_s = read_retry_after(answer, self._clock.now())
            raise NotSentError(self._channel, detail, wait_s)
        raise RefusedError(self._channel, detail)


def find_operators_host(base: str, default: str) -> tuple[str, ...]:
    """
    Return the host of an address that the operator set, which may be private.

    Nothing for the default.
    """
    return () if base == default else (urlsplit(base).hostname or "",)


def read_retry_after(answer: httpx.Response, now: datetime) -> float | None:
    """
    Return the seconds that a service asks to wait; None if it does not.

    From its JSON (Telegram), else from Retry-After in either form.
    """
    try:
        wait_s = answer.json()["parameters"]["retry_after"]
        return max(0.0, float(wait_s))
    except (ValueError, KeyError, TypeError):
        pass
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return None
