"""Whether an address is that of a sitemap of news, as far as its name tells; pure."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["names_news"]


def names_news(address: str) -> bool:
    """
    Say whether the path of a sitemap says that news stand in it.

    The host says nothing: of ``tengrinews.kz`` all sitemaps would.
    """
    try:
        return "news" in urlsplit(address).path.lower()
    except ValueError:
        return False
