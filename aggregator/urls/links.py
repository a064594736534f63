"""
Links to the web as outlets write them, made whole and harmless; pure.

Two slips are mended that would make dead links, and that no page can mean: an address without its
scheme (``www.outlet.kz/1``, which browsers take for a path), and one whose ``&`` was escaped once
more than it is unescaped (``?a=1&amp;b=2``).
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from aggregator.urls.shown_host import write_shown_host

__all__ = ["has_login", "resolve_link"]

# RFC 9110, 4.1 asks for 8,000 at least; nothing longer is an article's address.
_MAX_CHARS = 8000
# Browsers take these out of addresses wherever they stand (URL Standard, 4.4), so that
# "java\tscript:" is a script.
_DROPPED = re.compile("[\x00-\x1f\x7f]")
_DOUBTFUL = re.compile("[^!-~]")
# "&amp;", also several times over, and the number that WordPress writes for it.
_ESCAPED_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", re.IGNORECASE)
_BARE_HOST = re.compile(r"([^\W_][\w-]*(?:\.[\w-]+)+)(?::\d{1,5})?(?=[/?#]|$)")
# An address that comes out as it is, whatever it would be relative to; nearly all are such.
_WHOLE = re.compile(
    r"https?://(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}+\.){1,9}+[A-Za-z]{2,63}+"
    r"/[A-Za-z0-9/._~%-]*+(?:\?[A-Za-z0-9=&_%.+-]++)?"
)


def resolve_link(base_url: str, link: str) -> str:
    """
    Return a link as an absolute address of the web.

    Args:
        base_url: What it is relative to.
        link: As written; may be broken over lines, hold blanks, or be no link at all.

    Returns:
        An http or https address with a host that is what it looks like (``urls.shown_host``), a
        port that there is or none, no user or password, and no blanks or characters that cannot be
        seen; empty if it is something else.
    """
    link = _DROPPED.sub("", link.strip())
    if not link or len(link) > _MAX_CHARS:
        return ""
    if _WHOLE.fullmatch(link):
        return link
    link = _ESCAPED_AMPERSAND.sub("&", link)
    try:
        return _write_address(urljoin(base_url, _add_scheme(base_url, link)))
    # Brackets that do not match, a port or host that is none, half a character.
    except ValueError:
        return ""


def _add_scheme(base_url: str, link: str) -> str:
    """Return a link that begins with a host, and not with a scheme, as the address it is."""
    match = _BARE_HOST.match(link)
    base = urlsplit(base_url)
    if match is None or not base.scheme or not base.hostname:
        return link
    labels = match[1].lower().split(".")
    is_www = labels[0] == "www" and len(labels) > 2  # noqa: PLR2004  "www.kz" may be a file
    # The base's host, its site, or another host of the site: kaz.nur.kz, nur.kz, rus.nur.kz.
    is_of_site = labels[-2:] == base.hostname.split(".")[-2:]
    return f"{base.scheme}://{link}" if is_www or is_of_site else link


def _write_address(address: str) -> str:
    parts = urlsplit(address)
    # "http:b" has no host: browsers would lead it to a path of the page it stands on.
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        return ""
    place = _write_place(parts)
    start = f"{parts.scheme}://"
    rest = address[len(start) + len(parts.netloc) :]
    if not rest.isprintable() or " " in rest:
        rest = _DOUBTFUL.sub(_quote_unseen, rest)
    return f"{start}{place}{rest}"


def _write_place(parts: SplitResult) -> str:
    """Return host and port; what stands before an ``@`` is left out, since it looks like a host."""
    login, _, place = parts.netloc.rpartition("@")
    # Browsers end a host at a backslash, so that "https://a.kz\\@b.kz/" leads them to a.kz.
    if "\\" in login:
        raise ValueError("a backslash before the host")
    host = parts.hostname or ""
    shown = write_shown_host(host)
    # As it was written where nothing speaks against it: hosts are compared elsewhere.
    if place.isascii() or shown == host:
        return place
    return shown if parts.port is None else f"{shown}:{parts.port}"


def _quote_unseen(letter: re.Match[str]) -> str:
    is_seen = letter[0].isprintable() and letter[0] != " "
    return letter[0] if is_seen else quote(letter[0])


def has_login(address: str) -> bool:
    """Return whether a user or a password stands before the host of an address."""
    try:
        return "@" in urlsplit(address).netloc
    except ValueError:
        return False
