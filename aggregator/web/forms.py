"""Whether a form was sent by a page of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["is_own_form"]


def is_own_form(headers: Mapping[str, str], authority: str, *, unsaid: bool = False) -> bool:
    """
    Say whether a browser sent a form from one of our own pages, and no other site had it do so.

    Args:
        headers: Of the request, by lower-case names.
        authority: Host and port at which readers reach us.
        unsaid: The answer where the browser does not say: by plain http, from pages that send no
            referrer, the origin is ``null``.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin", "")
    if origin in {"", "null"}:
        return unsaid
    own_hosts = {headers.get("host", ""), authority} - {""}
    return urlsplit(origin).netloc in own_hosts
