"""
Who may see and do what readers may not: whoever has the operator's token.

A program sends the token itself (``Authorization: Bearer``). A person types it once into a form and
gets a cookie: an expiry and a nonce under a MAC whose key is derived from the token. The cookie
gives away nothing of the token, needs no store to be known again, and dies with the token. Failed
tries are counted in memory, by address and of all addresses together, within bounds.

Too many from one address, and nothing from there is looked at. Too many from all addresses, and
wrong tokens are answered as if they were not looked at, nor noted; the right one still opens, since
an attacker with a thousand addresses must not lock the operator out. What keeps such a one from
guessing is the token's length.
"""

from __future__ import annotations

import hmac
import math
import secrets
from collections import OrderedDict
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aggregator.ports import Clock

__all__ = ["COOKIE", "LEAST_TOKEN", "SESSION", "LoginResult", "OperatorGuard"]

COOKIE = "tilshi-operator"
"""Name of the cookie."""

SESSION = timedelta(hours=12)
"""How long a login lasts: a working day, so that nobody has to log in twice in one."""

LEAST_TOKEN = 16
"""
Characters.

Of letters and digits alone, that is over 80 bits, which ten tries a minute never find.
"""

_TRIES = 10
_TRIES_OF_ALL = 100
_WINDOW = timedelta(minutes=1)
_MOST_ADDRESSES = 10_000
_MOST_ENDED = 1_000
_LONGEST = 512
_HOST_BITS = 64


class LoginResult(StrEnum):
    """What a guard says to somebody who wants in."""

    YES = "yes"
    NO = "no"
    LATER = "later"  # too many failed tries; looked at no more, or as if it were not


class _Tries:
    """Failed tries by address; those of addresses not seen for longest are forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, list[datetime]] = OrderedDict()
        self._failed_of_all: list[datetime] = []

    def find_wait_s(self, client: str) -> int:
        """Return whole seconds until a try from an address is looked at; 0 if it is now."""
        failed = self._failed.get(_find_network(client), ())
        return self._count_down(failed, _TRIES)

    def find_wait_of_all_s(self) -> int:
        """Return whole seconds until a wrong token of any address is noted; 0 if it is now."""
        return self._count_down(self._failed_of_all, _TRIES_OF_ALL)

    def _count_down(self, failed: Sequence[datetime], most: int) -> int:
        now = self._clock.now()
        recent = [moment for moment in failed if now - moment < _WINDOW]
        if len(recent) < most:
            return 0
        left = recent[0] + _WINDOW - now
        return max(1, math.ceil(left.total_seconds()))

    def note_failure(self, client: str) -> None:
        """Note a failed try."""
        now = self._clock.now()
        network = _find_network(client)
        failed = self._failed.pop(network, ())
        recent = [moment for moment in failed if now - moment < _WINDOW]
        self._failed[network] = [*recent, now][-_TRIES:]
        self._failed_of_all = [*self._failed_of_all, now][-_TRIES_OF_ALL:]
        while len(self._failed) > _MOST_ADDRESSES:
            self._failed.popitem(last=False)


def _find_network(client: str) -> str:
    """Return what counts as one address: of IPv6 the network that one household is given."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if isinstance(address, IPv6Address):
        return str(int(address) >> _HOST_BITS)
    return client


class OperatorGuard:
    """
    Lets operators in. Used from the event loop alone.

    Args:
        token: The operator's; at least ``LEAST_TOKEN`` characters.
        clock: Of real time.
        nonce: Makes a text that no other session has.
    """

    def __init__(
        self,
        token: str,
        clock: Clock,
        nonce: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._token = token.encode()
        self._clock = clock
        self._nonce = nonce
        self._tries = _Tries(clock)
        self._key = hmac.digest(self._token, b"tilshi operator session 1", "sha256")
        # Logged out before their time; forgotten with this process, or when there are too many.
        self._ended: OrderedDict[str, None] = OrderedDict()

    def allows(
        self,
        headers: Mapping[str, str],
        cookies: Mapping[str, str],
        client: str = "",
    ) -> bool:
        """Return whether a request is an operator's. Arguments as for ``judge_request``."""
        return self.judge_request(headers, cookies, client) is LoginResult.YES

    def judge_request(
        self,
        headers: Mapping[str, str],
        cookies: Mapping[str, str],
        client: str = "",
    ) -> LoginResult:
        """
        Judge a request by its bearer's token, or else by its session.

        Args:
            headers: Names in lower case, or a mapping that does not mind.
            cookies: Values by name.
            client: Address it came from; failed tries are counted by it.
        """
        given = headers.get("authorization", "")
        if given:
            scheme, _, token = given.partition(" ")
            if scheme.lower() != "bearer":
                return LoginResult.NO
            return self._try(token.strip(), client)
        return LoginResult.YES if self.find_session(cookies) else LoginResult.NO

    def has_bearer(self, headers: Mapping[str, str]) -> bool:
        """Return whether a request brings a token itself, which no browser does unasked."""
        return bool(headers.get("authorization", ""))

    def find_wait_s(self, client: str) -> int:
        """Return the seconds until a wrong token from an address is answered as one; 0 if now."""
        return max(self._tries.find_wait_s(client), self._tries.find_wait_of_all_s())

    def _try(self, token: str, client: str) -> LoginResult:
        if self._tries.find_wait_s(client):
            return LoginResult.LATER
        if hmac.compare_digest(token[:_LONGEST].encode(), self._token):
            return LoginResult.YES
        if self._tries.find_wait_of_all_s():
            return LoginResult.LATER
        self._tries.note_failure(client)
        return LoginResult.NO

    def log_in(self, token: str, client: str) -> tuple[LoginResult, str]:
        """Return what a typed token is worth, and the session it opens, empty without."""
        verdict = self._try(token.strip(), client)
        if verdict is not LoginResult.YES:
            return verdict, ""
        expiry = self._clock.now() + SESSION
        body = f"{int(expiry.timestamp())}.{self._nonce()}"
        return verdict, f"{body}.{self._sign('session', body)}"

    def find_session(self, cookies: Mapping[str, str]) -> str:
        """
        Return the session that stands in a request's cookie.

        Empty if there is none that holds.
        """
        session = cookies.get(COOKIE, "")
        if not self._is_signed(session) or session in self._ended:
            return ""
        expiry = int(session.partition(".")[0])
        return session if self._clock.now().timestamp() < expiry else ""

    def _is_signed(self, session: str) -> bool:
        if len(session) > _LONGEST or not session.isascii():
            return False
        body, _, mac = session.rpartition(".")
        return hmac.compare_digest(mac, self._sign("session", body))

    def log_out(self, session: str) -> None:
        """End a session."""
        self._ended[session] = None
        while len(self._ended) > _MOST_ENDED:
            self._ended.popitem(last=False)

    def make_form_token(self, session: str, action: str) -> str:
        """Return what a form must bring along: nobody who cannot read our pages has it."""
        return self._sign("form", f"{session} {action}")

    def check_form(
        self,
        session: str,
        action: str,
        given: str,
    ) -> bool:
        """Return whether a form is one of ours, made for this session and this action."""
        token = self.make_form_token(session, action)
        return hmac.compare_digest(given[:_LONGEST].encode(), token.encode())

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.digest(self._key, f"{purpose}\n{text}".encode(), "sha256").hex()
