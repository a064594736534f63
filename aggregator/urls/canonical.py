"""
One address for the many spellings of it.

Requirement. Two addresses of one page should compare equal; two pages must never do so. The second
mistake is worse, it loses an article, while a missed pair is still met by its guid or its text. So
parameters are dropped by name, from a table of names that are known to carry no content, and any
other is kept.

The result is for comparing, not for opening: ``http`` and ``https`` become ``https``, and the
prefixes of mobile and AMP twins go, as do a trailing slash and a trailing ``/amp``.

Roads not taken. Dropping ``from``, ``ref`` or ``source`` everywhere (they choose the page on some
sites, e.g. ``/archive?from=2025-08-20``; so they go only with a value that is a well-known
referrer); lower-casing paths; sorting out ``index.php``; following redirects.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

__all__ = ["canonicalize_url"]

# Names that carry where a reader came from, never what is read.
_TRACKING_PREFIXES = (
    # Urchin, Google Analytics: campaign parameters (support.google.com/analytics/answer/1033863)
    "utm_",
    "mtm_", "matomo_", "pk_", "piwik_",  # Matomo: campaign tracking
    "hsa_",  # HubSpot ads
)  # fmt: skip
_TRACKING = frozenset({
    # Yandex Direct, Metrica, Search: labels of clicks
    "yclid", "ymclid", "ysclid", "yadclid", "yadordid",
    "_openstat",  # OpenStat, in links from Yandex and Rambler
    "frommail", "from_mail",  # digests of Mail.ru
    # Google Ads, Analytics: auto-tagging
    "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "_ga", "_gl",
    "srsltid",  # Google Merchant
    "fbclid", "fb_action_ids", "fb_action_types", "fb_source", "fb_ref",  # Facebook
    # Instagram, X, TikTok, LinkedIn, Telegram
    "igshid", "igsh", "twclid", "ttclid", "li_fat_id", "tgclid",
    "msclkid",  # Microsoft Advertising
    "mc_cid", "mc_eid",  # Mailchimp
    "_hsenc", "_hsmi",  # HubSpot
    "mkt_tok",  # Marketo
    "vero_id", "wickedid", "oly_anon_id", "oly_enc_id", "rb_clickid", "s_cid",  # mailers
    "amp",  # flag of an AMP twin, as in "?amp" and "?amp=1"
    "at_medium", "at_campaign",  # BBC: bbc.com/russian/...?at_medium=RSS&at_campaign=rss
})  # fmt: skip
# Names that may carry content; they go only when the value is a referrer.
_MAYBE_TRACKING = frozenset({"from", "ref", "source", "src", "referrer"})
_REFERRERS = frozenset({
    # Feeds
    "rss", "feed", "feeds", "atom",
    # Aggregators
    "yandex", "yandexnews", "yandex_news",
    "zen", "yazen",
    "google", "googlenews",
    # Messengers and networks
    "telegram", "tg",
    "whatsapp",
    "vk", "vkontakte", "ok",
    "facebook", "fb", "instagram",
    "twitter", "x",
    "youtube", "tiktok",
    # Mail
    "email", "mail", "mailru", "newsletter",
    # Parts of the outlet's own offer
    "push", "app", "mobile", "main",
    "share", "social",
})  # fmt: skip

_SCHEMES = frozenset({"http", "https"})
_DEFAULT_PORTS = frozenset({80, 443})  # of either scheme, as the schemes are made one
_TWIN_PREFIXES = ("www.", "m.", "amp.")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f]*+:[0-9a-f:.]*+")
# Sites that are one page with a script put the article behind the hash: "#!/news/1", "#/news/1".
_MEANT_FRAGMENT = re.compile(r"!|/.")
# RFC 9110, 4.1 asks for 8,000; international names take the square of their length to normalise.
_MAX_CHARS = 8000
# Answers kept: one poll asks for each of its links and guids several times.
_KEPT = 1024
_DROPPED_CHARS = re.compile("[\x00-\x1f\x7f-\x9f]")
# RFC 3986, 3.3 and 3.4: what may stand bare in a path or a query, besides letters and digits.
_SAFE = "/:@!$&'()*+,;=~-._?"
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@lru_cache(maxsize=_KEPT)
def canonicalize_url(url: str) -> str:
    """
    Return the address under which all spellings of an address meet.

    Args:
        url: As published.

    Returns:
        ``https://host/path?query``; empty if it is not an http or https address. Applied twice it
        changes nothing more.
    """
    if len(url) > _MAX_CHARS:
        return ""
    cleaned = _DROPPED_CHARS.sub("", url).strip()
    try:
        return _join_canonical(urlsplit(cleaned))
    # Brackets that do not match, a port that is no number, a label too long, half a character.
    except ValueError:
        return ""


def _join_canonical(parts: SplitResult) -> str:
    host = _reduce_host(parts.hostname or "")
    port = parts.port
    if parts.scheme not in _SCHEMES or not _HOST.fullmatch(host):
        return ""
    place = f"[{host}]" if ":" in host else host
    if port is not None and port not in _DEFAULT_PORTS:
        place += f":{port}"
    path = _reduce_path(parts.path)
    url = f"https://{place}{path}"
    if query := _reduce_query(parts.query):
        url += f"?{query}"
    if _MEANT_FRAGMENT.match(parts.fragment):
        url += f"#{_encode(parts.fragment)}"
    return url


def _reduce_host(host: str) -> str:
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = host.lower().rstrip(".")
    # A name of two labels is somebody's own: m.kz is no twin of kz.
    while host.startswith(_TWIN_PREFIXES) and host.count(".") > 1:
        host = host.partition(".")[2]
    return host


def _reduce_path(path: str) -> str:
    path = _encode(path).rstrip("/")
    while path.endswith("/amp"):
        path = path.removesuffix("/amp").rstrip("/")
    return path or "/"


def _reduce_query(query: str) -> str:
    kept = []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        plain_name = unquote(name).lower()
        plain_value = unquote(value).lower()
        if not pair or _is_tracking(plain_name, plain_value):
            continue
        name = _encode(name)
        value = _encode(value)
        kept.append(f"{name}{equals}{value}")
    return "&".join(sorted(kept))


def _is_tracking(name: str, value: str) -> bool:
    if name in _MAYBE_TRACKING:
        return value in _REFERRERS
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _encode(text: str) -> str:
    """
    Percent-encode what must be, decode what need not be, hex digits in capitals.

    See RFC 3986, 6.2.2.
    """
    text = _BARE_PERCENT.sub("%25", text)
    text = _ENCODED.sub(_decode_unreserved, text)
    return quote(text, safe=_SAFE + "%")


def _decode_unreserved(match: re.Match[str]) -> str:
    encoded = match[0]
    character = chr(int(encoded[1:], 16))
    return character if _UNRESERVED.fullmatch(character) else encoded.upper()
