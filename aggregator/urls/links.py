"""Links to the web as outlets write them, made whole and harmless; pure."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

__all__ = ["resolve_link"]

# RFC 9110, 4.1 asks for 8,000 at least; nothing longer is an article's address.
_MAX_CHARS = 8000
# Browsers take these out of addresses wherever they stand (URL Standard, 4.4), so that
# "java\tscript:" is a script.
_DROPPED = re.compile("[\x00-\x1f\x7f]")
_BLANK = re.compile(r"\s")


def resolve_link(base_url: str, link: str) -> str:
    """
    Return a link as an absolute address of the web.

    Args:
        base_url: What it is relative to.
        link: As written; may be broken over lines, hold blanks, or be no link at all.

    Returns:
        An http or https address with a host, without blanks; empty if it is something else.
    """
    link = _DROPPED.sub("", link.strip())
    if not link or len(link) > _MAX_CHARS:
        return ""
    try:
        joined = urljoin(base_url, link)
        address = _BLANK.sub(_quote_blank, joined)
        parts = urlsplit(address)
    except ValueError:  # e.g. http://[
        return ""
    is_web = parts.scheme in {"http", "https"}
    # "http:b" has no host: browsers would lead it to a path of the page it stands on.
    return address if is_web and parts.hostname else ""


def _quote_blank(blank: re.Match[str]) -> str:
    return quote(blank[0])
