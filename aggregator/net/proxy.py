"""An HTTP proxy by its address; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

__all__ = ["Proxy"]


@dataclass(frozen=True, slots=True)
class Proxy:
    """
    A proxy through which all requests go: CONNECT for https, absolute addresses for http.

    Attributes:
        url: Its address, without user and password.
        host: Its name or address.
        login: User and password; a secret.
    """

    url: str
    host: str
    login: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, address: str) -> Proxy | None:
        """
        Return the proxy at an address like ``http://user:password@proxy.example:3128``.

        None for an empty address.

        Raises:
            ValueError: Not such an address.
        """
        if not address:
            return None
        parts = urlsplit(address)
        name = parts.hostname
        is_plain = not parts.path.strip("/") and not parts.query
        if parts.scheme not in {"http", "https"} or not name or not is_plain:
            raise ValueError("an address such as http://proxy.example:3128")
        host = f"[{name}]" if ":" in name else name
        default_port = 443 if parts.scheme == "https" else 80
        if parts.port == 0:
            raise ValueError("a port from 1 to 65535")
        port = parts.port or default_port
        return cls(f"{parts.scheme}://{host}:{port}", name, _read_login(parts))


def _read_login(parts: SplitResult) -> tuple[str, str] | None:
    if not parts.username:
        return None
    return unquote(parts.username), unquote(parts.password or "")
