"""
Whether store and broker answer, asked as by somebody who waits: for seconds, not half a minute.

A broker that is Redis is asked by the store's own client, which is loaded anyway; another one by
kombu, as workers would connect, so that a wrong password or host counts as away too.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from aggregator.errors import BrokerError, StoreError
from aggregator.operations.away import Link, Look
from aggregator.store.client import Connection
from aggregator.store.keys import Keys
from aggregator.urls.secrets import hide_logins

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.settings import Settings

__all__ = ["look_at_broker", "look_at_links", "look_at_store", "require_broker"]

# People give up after five seconds. Two tries of the store, with a pause between, are 3.2 of them;
# whoever asks the broker too has more to do than that.
_STORE_S = 1.5
_REDIS_BROKER_S = 1.0
_BROKER_S = 2.0


def look_at_links(settings: Settings) -> list[Look]:
    """
    Look at store and broker at the same time; at one of them if they are one server.

    A store that answers and takes nothing counts as away.
    """
    with ThreadPoolExecutor(2) as threads:
        store = threads.submit(look_at_store, settings, writing=True)
        broker = threads.submit(look_at_broker, settings)
        looks = [store.result(), broker.result()]
    return [look for look in looks if look is not None]


def look_at_store(settings: Settings, *, writing: bool = False) -> Look:
    """Look whether the store answers, whatever it holds; and whether it takes what is written."""
    url = settings.store.url
    error = _ask_redis(url, _STORE_S)
    refusal = ""
    if writing and not error:
        keys = Keys(settings.store.namespace)
        refusal = _ask_redis(url, _STORE_S, lambda connection: connection.try_writing(keys))
    return Look(
        link=Link.STORE,
        address=hide_logins(url),
        error=error or refusal,
        shared=_is_shared(settings),
        refused=bool(refusal),
    )


def look_at_broker(settings: Settings) -> Look | None:
    """Look whether the broker answers; None if it is the store, which is looked at by itself."""
    if _is_shared(settings):
        return None
    url = settings.broker.url
    parts = urlsplit(url)
    if parts.scheme == "redis":
        # What stands behind the question mark is for kombu.
        error = _ask_redis(urlunsplit(parts._replace(query="")), _REDIS_BROKER_S)
    else:
        error = _ask_broker(url)
    return Look(link=Link.BROKER, address=hide_logins(url), error=error)


def require_broker(settings: Settings) -> None:
    """
    Look at the broker for a command that cannot do without.

    Raises:
        BrokerError: It does not answer; says where, and what to do.
    """
    look = look_at_broker(settings)
    if look is not None and look.error:
        raise BrokerError(
            f"the broker does not answer: {look.error}\nbroker.url (TILSHI_BROKER_URL) = "
            f"{look.address}: expected a broker that answers; start it, or set the address of one "
            "that runs"
        )


def _is_shared(settings: Settings) -> bool:
    broker = settings.broker.url
    return not broker or _find_server(broker) == _find_server(settings.store.url)


def _find_server(url: str) -> tuple[str, int]:
    """Return what tells servers apart: a host and a port, or a socket's path."""
    parts = urlsplit(url)
    if not parts.hostname:
        return parts.path, 0
    is_redis = parts.scheme.startswith("redis")
    return parts.hostname, parts.port or (6379 if is_redis else 5672)


def _ask_redis(
    url: str,
    wait_s: float,
    ask: Callable[[Connection], None] = Connection.ping,
) -> str:
    """Return why a server does not answer; empty if it does."""
    try:
        connection = Connection(url, patient=False, wait_s=wait_s)
    except StoreError as error:
        return str(error)
    try:
        ask(connection)
    except StoreError as error:
        cause = error.__cause__ or error
        return f"{type(cause).__name__}: {cause}"
    finally:
        connection.close()
    return ""


def _ask_broker(url: str) -> str:
    # It takes as long to load as all else of a command.
    kombu = import_module("kombu")
    options = {"socket_timeout": _BROKER_S, "socket_connect_timeout": _BROKER_S}
    connection = kombu.Connection(url, connect_timeout=_BROKER_S, transport_options=options)
    try:
        opened = connection.transport.establish_connection()
        connection.transport.close_connection(opened)
    except (OSError, *connection.connection_errors, *connection.channel_errors) as error:
        return f"{type(error).__name__}: {hide_logins(str(error))}"
    finally:
        connection.release()
    return ""
