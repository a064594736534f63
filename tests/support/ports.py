"""Ports of loopback for servers that take one by its number."""

import random
import socket
from pathlib import Path

__all__ = ["find_free_port"]

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LEAST = 10_240


def find_free_port() -> int:
    """
    Return a port that nobody listens on, below those that the system gives to whoever connects.

    One of those may be somebody's before the server that it was found for has it, and hundreds of
    connections are made meanwhile.
    """
    first = int(_RANGE.read_text().split()[0]) if _RANGE.exists() else 32_768
    while True:
        port = random.SystemRandom().randrange(_LEAST, max(first, _LEAST + 1_000))
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
