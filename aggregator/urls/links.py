"""Links to the web as outlets write them, made whole and harmless; pure."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

__all__ = ["site_of", "web_link"]

# RFC 9110, 4.1 asks for 8,000 at least; nothing longer is an article's address.
_MAX_CHARS = 8000
# Browsers take these out of addresses wherever they stand (URL Standard, 4.4), so that
# "java\tscript:" is a script.
_DROPPED = re.compile("[\x00-\x1f\x7f]")
_BLANK = re.compile(r"\s")
_TWINS = ("www.", "m.", "amp.")


def web_link(base_url: str, link: str) -> str:
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
        whole = _BLANK.sub(lambda blank: quote(blank[0]), urljoin(base_url, link))
        parts = urlsplit(whole)
    except ValueError:  # e.g. http://[
        return ""
    # "http:b" has no host: browsers would lead it to a path of the page it stands on.
    return whole if parts.scheme in {"http", "https"} and parts.hostname else ""


def site_of(url: str) -> str:
    """
    Return the name that a host's owner registered, e.g. ``nur.kz`` of ``kaz.nur.kz``.

    The Public Suffix List says under which names owners register: each host under ``gov.kz`` is a
    body of its own, each under ``github.io`` somebody's. Under a name that it does not hold, owners
    register at the second level.
    """
    host = (urlsplit(url).hostname or "").lower()
    host = next(
        (
            host.removeprefix(twin)
            for twin in _TWINS
            if host.startswith(twin) and host.count(".") > 1
        ),
        host,
    )
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit():
        return host
    # A tenth of a second with the list; most commands never ask.
    from tld import get_fld  # noqa: PLC0415  (see above)

    return get_fld(f"https://{host}", fail_silently=True) or ".".join(labels[-2:])
