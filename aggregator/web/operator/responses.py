"""
What the operator's page answers with, and the forms it reads.

Nothing is kept by any cache, and no script runs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

__all__ = ["EarlyResponseError", "get_client", "read_form", "redirect", "respond", "respond_json"]

_MOST_BODY = 16_384
_MOST_FIELDS = 20

_HEADERS = {
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # Not `no-referrer`: browsers would then send `Origin: null` with forms, which says nothing of
    # where they come from.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class EarlyResponseError(Exception):
    """A request that gets an answer other than a page; ``response`` is it."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response


def respond(
    body: str | bytes, *, status: int = 200, kind: str = "text/html", **headers: str
) -> Response:
    """Return a response; names of ``headers`` are written with ``_`` for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status_code=status, media_type=kind, headers={**_HEADERS, **named})


def respond_json(value: Mapping[str, Any], *, status: int = 200, **headers: str) -> Response:
    """Return a response for programs."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return respond(f"{text}\n", status=status, kind="application/json", **headers)


def redirect(to: str) -> Response:
    """Return what has a browser get another page."""
    return respond("", status=303, location=to)


def get_client(request: Request) -> str:
    """Return the address that a request came from; empty if it is not known."""
    return request.client.host if request.client else ""


async def read_form(request: Request) -> dict[str, str]:
    """
    Read a form's fields.

    Raises:
        EarlyResponseError: It is larger than any of ours.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BODY:
            detail = f"a form of more than {_MOST_BODY} bytes"
            raise EarlyResponseError(respond_json({"detail": detail}, status=413))
    text = body.decode(errors="replace")
    try:
        fields = parse_qsl(
            text,
            keep_blank_values=True,
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        detail = f"a form of more than {_MOST_FIELDS} fields"
        raise EarlyResponseError(respond_json({"detail": detail}, status=400)) from None
    return dict(fields)
