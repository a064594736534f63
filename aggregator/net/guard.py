"""
The rules for whatever leaves.

They judge an address, what a name resolves to, and a connection.

Checking a name and then letting the HTTP library resolve it again would leave a gap: a name server
may answer with a public address first and with 127.0.0.1 a moment later. So the check sits where
the connection is made, below HTTP and TLS: the name is resolved once, each address is judged, and
the connection is made to an address, while the certificate is still checked against the name. Once
connected, the socket is asked who is at its other end, and judged again: a resolver that hands out
"127.1", or a redirecting firewall of our own, gains nothing either.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import httpcore

from aggregator.net.addresses import BAD_PORTS, MAX_PORT, is_public, parse_network

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

__all__ = [
    "MAX_ADDRESSES",
    "AddressGuard",
    "PrivateAddressError",
    "RefusedAddressError",
    "is_private_refusal",
]

MAX_ADDRESSES = 4
"""Addresses tried of one name."""

_NOT_PUBLIC = "not a public address"
_THIS_MACHINE = "this machine itself"
# RFC 9110, 4.1 asks for 8,000 at least; nothing longer is a feed's address.
_MAX_URL_CHARS = 8000


class RefusedAddressError(httpcore.ConnectError):
    """The address, or what its name leads to, may not be connected to."""


class PrivateAddressError(RefusedAddressError):
    """What its name leads to is not public; an allow-list could allow it."""


def is_private_refusal(detail: str) -> bool:
    """Say whether the words of a refusal are about an address that an allow-list could allow."""
    return detail.endswith((_NOT_PUBLIC, _THIS_MACHINE))


class AddressGuard:
    """
    What may be connected to.

    Args:
        allow_private: Host names, addresses or networks (``10.1.0.0/16``) allowed although not
            public.
    """

    def __init__(self, allow_private: Iterable[str] = ()) -> None:
        networks = []
        hosts = []
        for entry in allow_private:
            if network := parse_network(entry):
                networks.append(network)
            else:
                hosts.append(entry.lower().rstrip("."))
        self._networks = tuple(networks)
        self._hosts = frozenset(hosts)

    def check_url(self, url: httpx.URL) -> None:
        """
        Judge what can be judged before a name is resolved.

        Raises:
            RefusedAddressError: Not http or https, no host or one that is no name, a port of
                another protocol or none at all, or user and password in it.
        """
        if url.scheme not in {"http", "https"} or not _read_host(url):
            raise RefusedAddressError("only http and https addresses are fetched")
        if len(str(url)) > _MAX_URL_CHARS:
            raise RefusedAddressError(f"an address of {len(str(url)):,} characters")
        if url.userinfo:
            raise RefusedAddressError("an address with user and password in it is not fetched")
        if url.port in BAD_PORTS:
            raise RefusedAddressError(f"port {url.port} is another protocol's")
        if url.port is not None and not 1 <= url.port <= MAX_PORT:
            raise RefusedAddressError(f"port {url.port} is none, expected one from 1 to {MAX_PORT}")

    def list_allowed(self, host: str, addresses: Iterable[str]) -> list[str]:
        """
        Return the addresses of a host that may be connected to, at most ``MAX_ADDRESSES``.

        Raises:
            RefusedAddressError: It has some, and none may be.
        """
        resolved = list(addresses)
        allowed = [address for address in resolved if self._may_connect(host, address)]
        if resolved and not allowed:
            alias = "" if resolved[0] == host else f"{host} is "
            raise PrivateAddressError(f"{alias}{resolved[0]}, {_NOT_PUBLIC}")
        return allowed[:MAX_ADDRESSES]

    def check_connected(
        self,
        host: str,
        local: str,
        peer: str,
    ) -> None:
        """
        Judge a connection that was made, by the addresses of both its ends.

        A public address may be this very machine's; what listens there may be meant for it alone.

        Raises:
            RefusedAddressError: The other end may not be talked to.
        """
        if not self._may_connect(host, peer):
            raise PrivateAddressError(f"{host} is {peer}, {_NOT_PUBLIC}")
        if local == peer and not self._is_named(host, peer):
            raise PrivateAddressError(f"{host} is {peer}, {_THIS_MACHINE}")

    def _may_connect(self, host: str, address: str) -> bool:
        try:
            return is_public(address) or self._is_named(host, address)
        except ValueError:  # a resolver answered with something that is no address
            return False

    def _is_named(self, host: str, address: str) -> bool:
        if host.lower().rstrip(".") in self._hosts:
            return True
        ip = ipaddress.ip_address(address)
        mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
        return any((mapped or ip) in net for net in self._networks)


def _read_host(url: httpx.URL) -> str:
    """Return the host of an address; httpx decodes it here and not where it reads the address."""
    try:
        return url.host
    except ValueError as error:  # "xn--" before what encodes no name
        raise RefusedAddressError(f"the host is no name: {error}") from error
