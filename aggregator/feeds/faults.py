"""Every way a fetch can fail, mapped to our errors in this one place; pure."""

from __future__ import annotations

import os
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpcore
import httpx

from aggregator.errors import FetchError, PermanentFetchError, TemporaryFetchError
from aggregator.feeds.unpack import BadEncodingError, IncompleteBodyError, OversizeError
from aggregator.models import Outcome
from aggregator.net.guard import RefusedAddressError
from aggregator.net.meter import MeterError
from aggregator.printable import make_line

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOREIGN", "make_foreign_error", "make_status_error", "read_retry_after"]

# The longest time between polls that a source may ask for in our own settings; no header may
# silence it for longer.
_LONGEST_RETRY_S = 7 * 24 * 3600.0
# Digits of a Retry-After that are read: enough for a year in seconds.
_RETRY_DIGITS = 8
# Details go into accounts and pages, and may quote what a server sent.
_DETAIL_CHARS = 300

# What fetching may raise that is not ours. Anything else is a bug and passes through.
FOREIGN = (
    TimeoutError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpx.RemoteProtocolError,
    httpx.InvalidURL,
    BadEncodingError,
    IncompleteBodyError,
    OversizeError,
)

# What an error means, the first row that fits; what fits none is a connection that failed, or broke
# within the body.
_KINDS: tuple[tuple[type[Exception], type[FetchError], Outcome], ...] = (
    (RefusedAddressError, PermanentFetchError, Outcome.REFUSED_ADDRESS),
    (OversizeError, PermanentFetchError, Outcome.TOO_LARGE),
    (MeterError, PermanentFetchError, Outcome.TOO_LARGE),
    (BadEncodingError, TemporaryFetchError, Outcome.BAD_ENCODING),
    (IncompleteBodyError, TemporaryFetchError, Outcome.TRUNCATED),
    (httpcore.TimeoutException, TemporaryFetchError, Outcome.TIMEOUT),
    (TimeoutError, TemporaryFetchError, Outcome.TIMEOUT),
    # httpx reads the Location of a redirect even where it does not follow it.
    (httpx.RemoteProtocolError, TemporaryFetchError, Outcome.SERVER_ERROR),
    (httpx.InvalidURL, TemporaryFetchError, Outcome.SERVER_ERROR),
)


def read_retry_after(value: str, now: datetime) -> float | None:
    """
    Read a Retry-After header: seconds, or a date.

    Returns:
        Seconds from now, 0 to 7 days; None if there is nothing that can be read.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        digits = value[:_RETRY_DIGITS]
        return min(float(digits), _LONGEST_RETRY_S)
    try:
        moment = parsedate_to_datetime(value)
        zone = moment.tzinfo or UTC
        wait = moment.replace(tzinfo=zone) - now
    except (ValueError, OverflowError):
        return None
    seconds = max(wait.total_seconds(), 0.0)
    return min(seconds, _LONGEST_RETRY_S)


def make_status_error(
    url: str,
    status: int,
    headers: Mapping[str, str],
    now: datetime,
) -> FetchError:
    """
    Return the error for a status that brings no feed.

    404 is worth another try, feeds do come back.
    """
    phrase = next((known.phrase for known in HTTPStatus if known == status), "")
    detail = f"HTTP {status} {phrase}".rstrip()
    if status == HTTPStatus.GONE:
        return PermanentFetchError(url, Outcome.GONE, detail)
    if status == HTTPStatus.NOT_FOUND:
        return TemporaryFetchError(url, Outcome.NOT_FOUND, detail)
    wait_s = read_retry_after(headers.get("retry-after", ""), now)
    if wait_s is not None:
        detail = f"{detail}, asks to wait {wait_s:.0f} s"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TemporaryFetchError(url, Outcome.RATE_LIMITED, detail, wait_s)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return TemporaryFetchError(url, Outcome.CLIENT_ERROR, detail, wait_s)
    return TemporaryFetchError(url, Outcome.SERVER_ERROR, detail, wait_s)


def make_foreign_error(
    url: str,
    error: Exception,
    *,
    in_body: bool,
    total_timeout_s: float,
) -> FetchError:
    """
    Return our error for one of ``FOREIGN``.

    Args:
        url: The address asked, after all redirects.
        error: What httpx, httpcore or our own decoders raised.
        in_body: The headers had come: a connection that ends now cuts the body.
        total_timeout_s: For the words about a plain TimeoutError, which is the whole fetch running
            out of time.
    """
    make_error, outcome = _find_meaning(error, in_body=in_body)
    if outcome is Outcome.TIMEOUT:
        return make_error(url, outcome, _describe_timeout(error, total_timeout_s, in_body=in_body))
    if outcome is Outcome.CONNECTION:
        return make_error(url, outcome, _shorten(_describe_connection(error)))
    words = _shorten(str(error))
    return make_error(url, outcome, words or "the connection broke within the body")


def _find_meaning(error: Exception, *, in_body: bool) -> tuple[type[FetchError], Outcome]:
    for foreign, ours, outcome in _KINDS:
        if isinstance(error, foreign):
            return ours, outcome
    return TemporaryFetchError, Outcome.TRUNCATED if in_body else Outcome.CONNECTION


def _shorten(words: str) -> str:
    return make_line(words[:_DETAIL_CHARS])[:_DETAIL_CHARS]


def _describe_timeout(error: Exception, total_timeout_s: float, *, in_body: bool) -> str:
    if not isinstance(error, httpcore.TimeoutException):
        return f"not finished within {total_timeout_s:g} s"
    if isinstance(error, httpcore.ConnectTimeout):
        return str(error) or "no connection in time"
    if in_body:
        return "the server stalled within the body"
    return "the server took the request and did not answer"


def _describe_connection(error: Exception) -> str:
    if isinstance(error, httpcore.ProxyError):
        return f"the proxy says {error}"
    cause: BaseException | None = error
    while cause is not None:
        words = _describe_cause(cause)
        if words:
            return words
        cause = cause.__cause__ or cause.__context__
    return str(error) or "the connection broke before any answer"


def _describe_cause(cause: BaseException) -> str:
    """Say what broke a connection; empty if this cause does not say."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"TLS failed: {cause.reason or cause}"
    if isinstance(cause, OSError) and cause.errno and not isinstance(cause, socket.gaierror):
        return os.strerror(cause.errno)
    return ""
