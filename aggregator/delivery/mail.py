"""
E-mail by SMTP: one message for each recipient, text and HTML side by side.

Nothing in it is loaded from anywhere.

TLS is not a choice: ``starttls`` or ``implicit``, certificates checked; without it only to a server
on loopback. The ``Message-ID`` is made from digest and recipient, so that a mail server that gets a
message twice can see that.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

from aggregator.delivery.channel import Part, Prepared
from aggregator.delivery.kind import ChannelContext, ChannelKeys, ChannelKind
from aggregator.delivery.mail_headers import MAIL_POLICY
from aggregator.delivery.parts import StoryPage, find_no_page
from aggregator.digest.words import day_title
from aggregator.errors import InDoubtError, NotSentError, RefusedError
from aggregator.text.typography import fit_line, tidy

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

# Of TLS: the other side, or the network, ended the connection.
_BROKEN_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_WIDTH = 72
_PORTS = {
    "starttls": 587,
    "implicit": 465,
    "none": 25,
}
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_UNSUBSCRIBE = re.compile(r"(mailto:|https://)[^\s<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChannel:
    """
    A list of recipients.

    Attributes:
        id: Slug from ``channels.toml``.
        host: Of the mail server.
        tls: One of ``TLS``.
        user: For logging in; empty for none.
        password: For logging in; a secret.
        sender: E-mail address in From.
        to: Addresses; each gets a message of its own.
        unsubscribe: ``mailto:`` or ``https:`` address for List-Unsubscribe; empty: ``mailto:`` the
            sender.
        stories: Sent at most.
        address: Where all of it can be read; empty if nowhere.
        story_page: Where a story of an earlier day can be read.
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
    story_page: StoryPage = find_no_page

    def prepare(self, digest: Digest) -> Prepared:
        """See the port."""
        short = _shorten_digest(digest, self.stories)
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
                story_page=self.story_page,
            )
        )
        parts = []
        for to in self.to:
            message = self._write_digest(digest, to, text, html)
            parts.append(_make_part(to, text, message))
        return Prepared(tuple(parts), "mail", in_order=False)

    def prepare_notice(
        self,
        notice_id: str,
        text: str,
        at: datetime,
    ) -> tuple[Part, ...]:
        """See the port."""
        parts = []
        for to in self.to:
            message = self._write_notice(notice_id, to, text, at)
            parts.append(_make_part(to, text, message))
        return tuple(parts)

    def _write_notice(
        self,
        notice_id: str,
        to: str,
        text: str,
        at: datetime,
    ) -> EmailMessage:
        made = EmailMessage(policy=MAIL_POLICY)
        made["From"] = Address("Tilshi", addr_spec=self.sender)
        made["To"] = to
        made["Subject"] = fit_line(tidy(text), 120)
        made["Date"] = format_datetime(at)
        name = _hash_text(f"notice/{notice_id}/{self.id}/{to}", 16)
        made["Message-ID"] = f"<{name}@{self._domain}>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(f"{text}\n", cte="quoted-printable")
        return made

    def _write_digest(
        self,
        digest: Digest,
        to: str,
        text: str,
        html: str,
    ) -> EmailMessage:
        made = EmailMessage(policy=MAIL_POLICY)
        title = fit_line(tidy(digest.title), 60)
        made["From"] = Address(title, addr_spec=self.sender)
        made["To"] = to
        made["Subject"] = f"{title}: {day_title(digest)}"
        made["Date"] = format_datetime(digest.composed)
        name = _hash_text(f"{digest.edition}/{digest.day}/{self.id}/{to}", 16)
        made["Message-ID"] = f"<{name}@{self._domain}>"
        made["List-Id"] = f"<{digest.edition}.{self.id}.{self._domain}>"
        unsubscribe = self.unsubscribe or f"mailto:{self.sender}?subject=unsubscribe"
        made["List-Unsubscribe"] = f"<{unsubscribe}>"
        if self.unsubscribe.startswith("https:"):
            made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        made["Auto-Submitted"] = "auto-generated"
        # Base64 and quoted-printable keep every line within SMTP's 998 octets, whatever an outlet
        # wrote.
        made.set_content(text, cte="quoted-printable")
        made.add_alternative(html, subtype="html", cte="quoted-printable")
        _fix_boundary(made, name)
        return made

    @property
    def _domain(self) -> str:
        """What follows the @ of the sender."""
        _, _, domain = self.sender.rpartition("@")
        return domain

    def send(self, part: Part) -> str:
        """See the port."""
        try:
            server = self._connect()
        except smtplib.SMTPResponseException as error:
            what = "said"
            if isinstance(error, smtplib.SMTPAuthenticationError):
                what = "did not take user and password:"
            raise self._make_error(
                error.smtp_code, _read_answer(error), what, for_all=True
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            # Certificates, versions and ciphers are what they are; a connection that ends is made
            # again.
            if isinstance(error, ssl.SSLError) and not isinstance(error, _BROKEN_OFF):
                raise RefusedError(self.id, f"TLS with {self.host}:{self.port}: {error}") from None
            detail = f"no connection to {self.host}:{self.port}: {error}"
            raise NotSentError(self.id, detail, for_all=True) from None
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

    def _make_error(
        self,
        code: int,
        answer: str,
        what: str = "said",
        *,
        for_all: bool = False,
    ) -> NotSentError | RefusedError:
        detail = f"{self.host} {what} {code}: {answer}"
        # 5xx: never as it is; 4xx: "try again later" (RFC 5321, 4.2.1). An answer that is neither
        # (smtplib's -1 for one without a number) is nobody's last word.
        if 500 <= code < 600:  # noqa: PLR2004
            return RefusedError(self.id, detail)
        return NotSentError(self.id, detail, for_all=for_all)

    def _hand_over(self, server: smtplib.SMTP, part: Part) -> str:
        begun = False
        try:
            code, answer = server.mail(self.sender)
            if not _is_taken(code):
                raise self._make_error(code, answer.decode(errors="replace"), for_all=True)
            code, answer = server.rcpt(part.recipient)
            if not _is_taken(code):
                raise self._make_error(code, answer.decode(errors="replace"))
            begun = True
            code, answer = server.data(part.payload)
        except smtplib.SMTPDataError as error:
            raise self._make_error(error.smtp_code, _read_answer(error)) from None
        except (OSError, smtplib.SMTPException) as error:
            # Once the text is under way, a server that falls silent may have taken it.
            kind = InDoubtError if begun else NotSentError
            raise kind(self.id, f"{self.host} fell silent: {error}") from None
        if code >= 400:  # noqa: PLR2004
            raise self._make_error(code, answer.decode(errors="replace"))
        if not _is_taken(code):
            raise InDoubtError(self.id, f"{self.host} answered the text with no number that says")
        return answer.decode(errors="replace")


def _is_taken(code: int) -> bool:
    """Say whether an answer's code is one of success (RFC 5321, 4.2.1)."""
    return 200 <= code < 300  # noqa: PLR2004


def _read_answer(error: smtplib.SMTPResponseException) -> str:
    answer = error.smtp_error
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)


def _make_part(to: str, text: str, message: EmailMessage) -> Part:
    return Part(
        key=_hash_text(to, 8),
        recipient=to,
        text=text,
        payload=message.as_bytes(policy=MAIL_POLICY).decode("ascii"),
    )


def _hash_text(text: str, size: int) -> str:
    """Return a digest of so many bytes, in hexadecimal digits."""
    return blake2b(text.encode(), digest_size=size).hexdigest()


def _shorten_digest(digest: Digest, stories: int) -> Digest:
    return replace(digest, stories=digest.stories[:stories])


def _fix_boundary(message: EmailMessage, name: str) -> None:
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
    return lambda context: MailChannel(
        id=keys.id,
        host=host,
        port=port,
        tls=tls,
        user=user,
        password=context.secret(password) if password else "",
        sender=sender,
        to=to,
        unsubscribe=unsubscribe,
        stories=keys.stories,
        address=context.address(keys.edition),
        story_page=context.story_page,
    )


def _read_recipients(table: Table) -> tuple[str, ...]:
    to = table.free_texts("to", "a list of e-mail addresses")
    well_formed = all(_ADDRESS.fullmatch(address) for address in to)
    if not to or not well_formed or len(set(to)) < len(to):
        table.wrong("to", "a list of e-mail addresses, at least one, each once")
    return to


MAIL_KIND = ChannelKind(name="mail", read=_read_keys)
