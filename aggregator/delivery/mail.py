"""
E-mail by SMTP: one message for each recipient, text and HTML side by side, nothing loaded from
anywhere.

TLS is not a choice: ``starttls`` or ``implicit``, certificates checked; without it only to a server
on loopback. The ``Message-ID`` is made from digest and recipient, so that a mail server that gets a
message twice can tell.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.delivery.channel import Part, Prepared
from aggregator.delivery.kind import ChannelContext, ChannelKeys, ChannelKind
from aggregator.digest.words import day_title
from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.text.typography import one_line, tidy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aggregator.models import Digest
    from aggregator.toml.tables import Table

__all__ = ["LOOPBACK", "MAIL_KIND", "TLS", "MailChannel"]

TLS = ("starttls", "implicit", "none")
"""How the connection is protected."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""Hosts to which mail may go without TLS."""

_WIDTH = 72
_PORTS = {
    "starttls": 587,
    "implicit": 465,
    "none": 25,
}
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_UNSUBSCRIBE = re.compile(r"(mailto:|https://)[^\s<>]+")


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class MailChannel:
    """
    A list of recipients.

    Attributes:
        id: Slug.
        host: Of the mail server.
        port: Its port.
        tls: One of ``TLS``.
        user: For logging in; empty for none.
        password: A secret.
        sender: Address.
        to: Addresses; each gets a message of its own.
        unsubscribe: ``mailto:`` or ``https:`` address for List-Unsubscribe; empty: ``mailto:`` the
            sender.
        stories: Told at most.
        address: Where all of it can be read; empty if nowhere.
        timeout_s: For each answer.
        trust: Certificates to check the server's by; None for the system's.
    """

    id: str
    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str
    to: tuple[str, ...]
    unsubscribe: str
    stories: int
    address: str
    timeout_s: float = 30.0
    trust: ssl.SSLContext | None = None

    def prepare(self, digest: Digest) -> Prepared:
        """See the port."""
        short = _shortened(digest, self.stories)
        # Imported where they are used: reading channels needs no templates.
        from aggregator.digest.layout import lay_out_digest  # noqa: PLC0415
        from aggregator.digest.render.text import render_text  # noqa: PLC0415
        from aggregator.digest.templating import make_environment  # noqa: PLC0415

        text = render_text(short, width=_WIDTH)
        html = (
            make_environment("aggregator.delivery")
            .get_template("mail.html.j2")
            .render(
                digest=short,
                layout=lay_out_digest(short),
                left=len(digest.stories) - len(short.stories),
                address=self.address,
            )
        )
        parts = tuple(
            Part(
                key=blake2b(to.encode(), digest_size=8).hexdigest(),
                recipient=to,
                text=text,
                payload=self._message(digest, to, text, html).as_bytes(policy=SMTP).decode("ascii"),
            )
            for to in self.to
        )
        return Prepared(parts, "mail")

    def notices(
        self,
        notice_id: str,
        text: str,
        at: datetime,
    ) -> tuple[Part, ...]:
        """See the port."""
        return tuple(
            Part(
                key=blake2b(to.encode(), digest_size=8).hexdigest(),
                recipient=to,
                text=text,
                payload=self._notice(notice_id, to, text, at).as_bytes(policy=SMTP).decode("ascii"),
            )
            for to in self.to
        )

    def _notice(
        self,
        notice_id: str,
        to: str,
        text: str,
        at: datetime,
    ) -> EmailMessage:
        made = EmailMessage(policy=SMTP)
        made["From"] = Address("Tilshi", addr_spec=self.sender)
        made["To"] = to
        made["Subject"] = one_line(tidy(text), 120)
        made["Date"] = format_datetime(at)
        name = blake2b(f"notice/{notice_id}/{self.id}/{to}".encode(), digest_size=16).hexdigest()
        made["Message-ID"] = f"<{name}@{self.sender.rpartition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(f"{text}\n", cte="quoted-printable")
        return made

    def _message(
        self,
        digest: Digest,
        to: str,
        text: str,
        html: str,
    ) -> EmailMessage:
        made = EmailMessage(policy=SMTP)
        made["From"] = Address(one_line(tidy(digest.title), 60), addr_spec=self.sender)
        made["To"] = to
        made["Subject"] = f"{one_line(tidy(digest.title), 60)}: {day_title(digest)}"
        made["Date"] = format_datetime(digest.composed)
        name = blake2b(
            f"{digest.edition}/{digest.day}/{self.id}/{to}".encode(), digest_size=16
        ).hexdigest()
        made["Message-ID"] = f"<{name}@{self.sender.rpartition('@')[2]}>"
        made["List-Id"] = f"<{digest.edition}.{self.id}.{self.sender.rpartition('@')[2]}>"
        made["List-Unsubscribe"] = (
            f"<{self.unsubscribe or f'mailto:{self.sender}?subject=unsubscribe'}>"
        )
        if self.unsubscribe.startswith("https:"):
            made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        made["Auto-Submitted"] = "auto-generated"
        # Base64 and quoted-printable keep every line within SMTP's 998 octets, whatever an outlet
        # wrote.
        made.set_content(text, cte="quoted-printable")
        made.add_alternative(html, subtype="html", cte="quoted-printable")
        _fixed_boundary(made, name)
        return made

    def send(self, part: Part) -> str:
        """See the port."""
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise RefusedError(
                self.id, f"{self.host} did not take user and password: {_said(error)}"
            ) from None
        except smtplib.SMTPResponseException as error:
            raise self._answered(error.smtp_code, _said(error)) from None
        except ssl.SSLError as error:
            raise RefusedError(self.id, f"TLS with {self.host}:{self.port}: {error}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotSentError(
                self.id, f"no connection to {self.host}:{self.port}: {error}"
            ) from None
        try:
            return self._hand_over(server, part)
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        context = self.trust or ssl.create_default_context()
        if self.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host,
                self.port,
                timeout=self.timeout_s,
                context=context,
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _answered(self, code: int, said: str) -> NotSentError | RefusedError:
        # 4xx: "try again later" (RFC 5321, 4.2.1); 5xx: never as it is.
        kind = NotSentError if 400 <= code < 500 else RefusedError  # noqa: PLR2004
        return kind(self.id, f"{self.host} said {code}: {said}")

    def _hand_over(self, server: smtplib.SMTP, part: Part) -> str:
        begun = False
        try:
            for code, said in (server.mail(self.sender), server.rcpt(part.recipient)):
                if code >= 400:  # noqa: PLR2004 -- RFC 5321, 4.2.1
                    raise self._answered(code, said.decode(errors="replace"))
            begun = True
            code, said = server.data(part.payload)
        except smtplib.SMTPDataError as error:
            raise self._answered(error.smtp_code, _said(error)) from None
        except (OSError, smtplib.SMTPException) as error:
            # Once the text is under way, a server that falls silent may have taken it.
            kind = InDoubtError if begun else NotSentError
            raise kind(self.id, f"{self.host} fell silent: {error}") from None
        if code >= 400:  # noqa: PLR2004
            raise self._answered(code, said.decode(errors="replace"))
        return said.decode(errors="replace")


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _shortened(digest: Digest, stories: int) -> Digest:
    return replace(digest, stories=digest.stories[:stories])


def _fixed_boundary(message: EmailMessage, name: str) -> None:
    # Made from the digest, not by chance: the same digest is prepared the same way every time.
    message.set_boundary(f"=_{name}")


def _read_keys(keys: ChannelKeys) -> Callable[[ChannelContext], MailChannel]:
    table = keys.table
    host = table.text("host", "the name of a mail server")
    tls = table.choice("tls", TLS, "starttls")
    if tls == "none" and host not in LOOPBACK:
        table.wrong("tls", "starttls or implicit, unless host is on loopback")
    port = table.number("port", 1, 65_535, _PORTS.get(tls, 587))
    user = table.text("user", "a user's name", "")
    password = keys.read_secret("password", None if user else "")
    sender = table.matching("sender", _ADDRESS, "an e-mail address")
    to = _read_recipients(table)
    expected = "an address that begins with mailto: or https://"
    unsubscribe = table.matching("unsubscribe", _UNSUBSCRIBE, expected, "")
    return lambda around: MailChannel(
        id=keys.id,
        host=host,
        port=port,
        tls=tls,
        user=user,
        password=around.secret(password) if password else "",
        sender=sender,
        to=to,
        unsubscribe=unsubscribe,
        stories=keys.stories,
        address=around.address(keys.edition),
    )


def _read_recipients(table: Table) -> tuple[str, ...]:
    to = table.free_texts("to", "a list of e-mail addresses")
    if not to or not all(_ADDRESS.fullmatch(address) for address in to) or len(set(to)) < len(to):
        table.wrong("to", "a list of e-mail addresses, at least one, each once")
    return to


MAIL_KIND = ChannelKind(name="mail", read=_read_keys)
