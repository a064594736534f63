"""Which addresses and ports are everybody's; pure."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

__all__ = [
    "BAD_PORTS",
    "MAX_PORT",
    "IPAddress",
    "Network",
    "is_address",
    "is_host_or_network",
    "is_public",
    "parse_network",
]

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

BAD_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95,
    101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179,
    389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587,
    601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
    6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
})  # fmt: skip
"""
Ports of other protocols, which no browser speaks HTTP to (Fetch Standard, "port blocking",
https://fetch.spec.whatwg.org/#port-blocking): a feed must not make us talk to mail servers and the
like.
"""

MAX_PORT = 65_535
"""httpx lets greater ones through, and numbers below 0; sockets end in an OverflowError."""

# IANA IPv4 Special-Purpose Address Registry (iana.org/assignments/iana-ipv4-special-registry), rows
# not globally reachable, with multicast (RFC 5771) and the old 6to4 relays. The standard library's
# ``is_global`` differs between patch releases of Python 3.11 (gh-113171), so the table is ours.
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
# RFC 4291: all global unicast given out so far lies here. Loopback, link-local, unique local,
# multicast, addresses compatible with IPv4 (::127.0.0.1), translated ones (::ffff:0:127.0.0.1) and
# NAT64's local prefixes (64:ff9b:1::/48) lie outside.
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
# IANA IPv6 Special-Purpose Address Registry: protocol assignments with Teredo, documentation, 6to4,
# documentation.
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# These carry an IPv4 address in their last 32 bits and are as public as it is: mapped (RFC 4291),
# NAT64 (RFC 6052; an IPv6-only network with DNS64 shows every IPv4 site this way).
_CARRIES_V4 = tuple(ipaddress.IPv6Network(net) for net in ("::ffff:0:0/96", "64:ff9b::/96"))
# An interface identifier of ISATAP (RFC 5214, 6.1): 0000:5efe or, with the universal bit,
# 0200:5efe, before an IPv4 address that a tunnel of our own network would deliver to.
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
_V4_BITS = 0xFFFF_FFFF
# What no host's name holds: parts of an address of the web, of a network, of a pattern.
_NO_NAME = re.compile(r"[\s/:*@\[\]]")
_LIKE_ADDRESS = re.compile(r"\d+(?:\.\d+){3}")
# Answers kept: hosts are asked again and again, and each time twice, before and once connected.
_KEPT = 4096


def is_address(host: str) -> bool:
    """Say whether a host is an IP address, written in full and without a zone."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


@lru_cache(maxsize=_KEPT)
def is_public(address: str | IPAddress) -> bool:
    """
    Return whether an address is reachable by everybody.

    Fetching it then shows nothing of our own network.

    Args:
        address: An IP address, not a name; a zone (``%eth0``) is allowed.

    Raises:
        ValueError: Not an IP address.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in net for net in _CLOSED_V4)
    carried = ipaddress.IPv4Address(int(ip) & _V4_BITS)
    if any(ip in net for net in _CARRIES_V4):
        return is_public(carried)
    before_carried = (int(ip) >> 32) & _V4_BITS
    if before_carried in _ISATAP and not is_public(carried):
        return False
    return ip in _OPEN_V6 and not any(ip in net for net in _CLOSED_V6)


def is_host_or_network(entry: str) -> bool:
    """Say whether an entry of an allow-list can mean anything: a network, an address or a name."""
    if parse_network(entry):
        return True
    if not entry or _NO_NAME.search(entry):
        return False
    return not _LIKE_ADDRESS.fullmatch(entry)


def parse_network(entry: str) -> Network | None:
    """
    Return the network or single address that an entry of an allow-list means.

    None if it is a host's name.
    """
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
