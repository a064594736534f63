"""
The way out: connections go to public addresses only, and to the very address that was checked.

Checking a name and then letting the HTTP library resolve it again would leave a gap: a name server may answer with a
public address first and with 127.0.0.1 a moment later. So the check sits where the connection is made, below HTTP and
TLS: the name is resolved once, each address is judged, and the connection is made to an address, while the certificate
is still checked against the name. Proxies are not used: they would resolve names out of our sight.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import httpcore

__all__ = ["GuardedBackend", "IPAddress", "RefusedAddressError", "Resolver", "is_public"]

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]

# IANA IPv4 Special-Purpose Address Registry (iana.org/assignments/iana-ipv4-special-registry), rows not globally
# reachable, with multicast (RFC 5771) and the old 6to4 relays. The standard library's ``is_global`` differs between
# patch releases of Python 3.11 (gh-113171), so the table is ours.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# RFC 4291: all global unicast given out so far lies here. Loopback, link-local, unique local, multicast lie outside.
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
# IANA IPv6 Special-Purpose Address Registry: protocol assignments with Teredo, documentation, 6to4, documentation.
_CLOSED_V6 = tuple(ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
# These carry an IPv4 address in their last 32 bits and are as public as it is: mapped (RFC 4291), NAT64 (RFC 6052; an
# IPv6-only network with DNS64 shows every IPv4 site this way).
_CARRIES_V4 = tuple(ipaddress.IPv6Network(net) for net in ("::ffff:0:0/96", "64:ff9b::/96"))

# Addresses tried of one name.
_MAX_ADDRESSES = 4
# getaddrinfo cannot be cancelled. Its threads are our own, so that dead name servers of some hosts neither hold up the
# others' names nor the shutdown of the event loop, which waits for its default executor.
_RESOLVER_THREADS = 16


class RefusedAddressError(httpcore.ConnectError):
    """The name leads to no address that may be connected to."""


def is_public(address: str | IPAddress) -> bool:
    """
    Tell whether an address is reachable by everybody, so that fetching it shows nothing of our own network.

    Args:
        address: An IP address, not a name; a zone (``%eth0``) is allowed.

    Raises:
        ValueError: Not an IP address.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in net for net in _CLOSED_V4)
    if any(ip in net for net in _CARRIES_V4):
        return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return ip in _OPEN_V6 and not any(ip in net for net in _CLOSED_V6)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """
    Resolves, judges, connects.

    Args:
        allow_private: Host names, addresses or networks (``10.1.0.0/16``) allowed although not public.
        resolve: Name and port to addresses; None for the system's resolver. Raises OSError.
    """

    def __init__(self, allow_private: Iterable[str] = (), resolve: Resolver | None = None) -> None:
        allowed = tuple(allow_private)
        self._networks = tuple(net for net in map(_network, allowed) if net)
        self._hosts = frozenset(entry.lower() for entry in allowed if not _network(entry))
        self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolve")
        self._resolve = resolve or self._ask_system
        self._inner = httpcore.AnyIOBackend()

    def close(self) -> None:
        """Let go of the resolver's threads without waiting for them."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """
        Connect to the first address of a host that may be connected to and answers.

        Raises:
            RefusedAddressError: No address of the host may be connected to.
            httpcore.ConnectError: No such host, or nobody answers.
            httpcore.ConnectTimeout: All of it took longer than ``timeout`` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._allowed(host, port)
                return await self._connect(addresses, port, timeout, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection to {host} within {timeout:g} s") from error

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks its backend to."""
        await self._inner.sleep(seconds)

    async def _allowed(self, host: str, port: int) -> list[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, ValueError) as error:  # ValueError: not even a name, e.g. a label of 64 letters
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error}") from error
        known = host.lower().rstrip(".") in self._hosts
        allowed = [address for address in addresses if known or self._may(address)]
        if addresses and not allowed:
            alias = "" if addresses[0] == host else f"{host} is "
            raise RefusedAddressError(f"{alias}{addresses[0]}, not a public address")
        if not allowed:
            raise httpcore.ConnectError(f"the name {host} has no address")
        return allowed[:_MAX_ADDRESSES]

    def _may(self, address: str) -> bool:
        ip = ipaddress.ip_address(address)
        mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
        return is_public(ip) or any((mapped or ip) in net for net in self._networks)

    async def _connect(
        self,
        addresses: list[str],
        port: int,
        timeout_s: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        options = list(socket_options or ())
        # A silent first address (broken IPv6, a dead mirror) leaves time for the next.
        share_s = timeout_s / len(addresses) if timeout_s else None
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, share_s, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout_s, local_address, options)

    async def _ask_system(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
