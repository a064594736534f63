"""The site that an address belongs to; pure."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["find_site"]

_TWIN_PREFIXES = ("www.", "m.", "amp.")


def find_site(url: str) -> str:
    """
    Return the name that a host's owner registered, e.g. ``nur.kz`` of ``kaz.nur.kz``.

    The Public Suffix List says under which names owners register: each host under ``gov.kz`` is a
    body of its own, each under ``github.io`` somebody's. Under a name that it does not hold, owners
    register at the second level.
    """
    host = urlsplit(url).hostname or ""
    host = _drop_twin_prefix(host.lower())
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit():
        return host
    # A tenth of a second with the list; most commands never need it.
    from tld import get_fld  # noqa: PLC0415  (see above)

    registered = get_fld(f"https://{host}", fail_silently=True)
    return registered or ".".join(labels[-2:])


def _drop_twin_prefix(host: str) -> str:
    # A name of two labels is somebody's own: m.kz is no twin of kz.
    if host.count(".") > 1:
        for prefix in _TWIN_PREFIXES:
            if host.startswith(prefix):
                return host.removeprefix(prefix)
    return host
