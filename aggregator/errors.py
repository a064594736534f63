"""
Every error the library raises. The class says what to do about it.

    TilshiError
    + ConfigError              a setting or source is wrong: stop at start; lists every fault
    + FetchError               .url .outcome .detail
      - TemporaryFetchError    .retry_after_s: try again later
        - HostBusyError        .closed: not our turn, come back after .retry_after_s
      - PermanentFetchError    trying again soon will not help
    + ParseError               .url .detail: what came is not a feed, or not what its kind reads
      - FormChangedError       it answered, and what its kind looks for is not in it
    + PackageError             .subject .detail: a translation package is missing, broken or refused
    + FoundryError             .subject .detail: a package cannot be made from what there is
    + ReaderError              the process that reads feeds failed, or did not start
    + EmbeddingError           .detail: the embedding engine cannot run here
    + StoreError               .detail: the store did not answer
      - SchemaError            the store holds a version that this program does not know
    + BrokerError              .detail: the broker did not answer
    + BackupError              .path .detail: a backup cannot be written, or is not whole
    + ArchiveError             .path .detail: the copies of digests cannot be read or written
    + ListenError              .address .detail: the page cannot be served at its address
    + DeliveryError            .channel .detail: a part of a digest did not reach its readers
      - NotSentError           .retry_after_s .for_all: surely not sent: try again later
      - RefusedError           will never be accepted as it is
      - InDoubtError           may have been sent: the answer never came
    + DeliveryBusyError        .delivery: somebody sends it now; try again later
    + LeaseLostError           .item: somebody else works on this now; drop the result

Arguments are positional and all reach ``Exception.__init__``, so that every error survives
pickling.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ArchiveError",
    "BackupError",
    "BrokerError",
    "ConfigError",
    "DeliveryBusyError",
    "DeliveryError",
    "EmbeddingError",
    "Fault",
    "FetchError",
    "FormChangedError",
    "FoundryError",
    "HostBusyError",
    "InDoubtError",
    "LeaseLostError",
    "ListenError",
    "NotSentError",
    "PackageError",
    "ParseError",
    "PermanentFetchError",
    "ReaderError",
    "RefusedError",
    "SchemaError",
    "StoreError",
    "TemporaryFetchError",
    "TilshiError",
]


class TilshiError(Exception):
    """Any error that Tilshi raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One wrong value in a file or in the environment.

    Attributes:
        where: File path, or ``environment``.
        line: Line number from 1; None where a line cannot be named.
        key: Dotted key as the user wrote it, e.g. ``outlet[2].source[0].every``.
        value: What stands there, as text; empty when the key is missing.
        expected: What would be right, in words.
    """

    where: str
    line: int | None
    key: str
    value: str
    expected: str

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}:{self.line}"
        value = f" = {self.value}" if self.value else ""
        return f"{place}: {self.key}{value}: expected {self.expected}"


class ConfigError(TilshiError):
    """A setting or a source is wrong. ``faults`` lists all of them, not just the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class ReaderError(TilshiError):
    """What reads feeds in a process of its own failed; a bug of ours, or it could not start."""


class FetchError(TilshiError):
    """An address did not give a usable body. ``outcome`` is a value of ``models.Outcome``."""

    def __init__(
        self,
        url: str,
        outcome: str,
        detail: str,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(url, outcome, detail, retry_after_s)
        self.url = url
        self.outcome = outcome
        self.detail = detail
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"{self.outcome}: {self.url}: {self.detail}"


class TemporaryFetchError(FetchError):
    """Worth another try: time-outs, resets, 429, 5xx, and 404 (feeds do come back)."""


class HostBusyError(TemporaryFetchError):
    """
    Not asked, because it was not our turn.

    ``closed``: the host itself asked to be left alone so long.
    """

    def __init__(
        self,
        url: str,
        outcome: str,
        detail: str,
        retry_after_s: float | None = None,
        closed: bool = False,
    ) -> None:
        super().__init__(url, outcome, detail, retry_after_s)
        self.args = (url, outcome, detail, retry_after_s, closed)
        self.closed = closed


class PermanentFetchError(FetchError):
    """
    Another try soon will not help.

    410, a refused address, a body over the limit, a redirect loop.
    """


class ParseError(TilshiError):
    """The bytes are not a feed."""

    def __init__(self, url: str, detail: str) -> None:
        super().__init__(url, detail)
        self.url = url
        self.detail = detail

    def __str__(self) -> str:
        return f"not a feed: {self.url}: {self.detail}"


class FormChangedError(ParseError):
    """
    It answered, and what is looked for is not there.

    Its form changed, or the source describes it wrongly.
    """

    def __str__(self) -> str:
        return f"form changed: {self.url}: {self.detail}"


class PackageError(TilshiError):
    """A translation package is missing, broken or refused."""

    def __init__(self, subject: str, detail: str) -> None:
        super().__init__(subject, detail)
        self.subject = subject
        self.detail = detail

    def __str__(self) -> str:
        return f"translation package {self.subject}: {self.detail}"


class FoundryError(TilshiError):
    """
    A package cannot be made.

    A recipe, a corpus or an earlier step's result is missing or wrong.
    """

    def __init__(self, subject: str, detail: str) -> None:
        super().__init__(subject, detail)
        self.subject = subject
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.subject}: {self.detail}"


class EmbeddingError(TilshiError):
    """The embedding engine cannot run on this machine."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class StoreError(TilshiError):
    """The store did not answer, or refused."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class BrokerError(TilshiError):
    """The broker did not answer."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class SchemaError(StoreError):
    """The store holds a schema version that this program does not know."""


class BackupError(TilshiError):
    """A backup cannot be written, or what is given as one is not whole."""

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(path, detail)
        self.path = path
        self.detail = detail

    def __str__(self) -> str:
        return f"backup {self.path}: {self.detail}"


class ArchiveError(TilshiError):
    """The file with copies of digests cannot be read or written."""

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(path, detail)
        self.path = path
        self.detail = detail

    def __str__(self) -> str:
        return f"archive {self.path}: {self.detail}"


class ListenError(TilshiError):
    """The page cannot be served at its address: it is taken, or not ours to take."""

    def __init__(self, address: str, detail: str) -> None:
        super().__init__(address, detail)
        self.address = address
        self.detail = detail

    def __str__(self) -> str:
        return (
            f"cannot listen on {self.address}, for the page, the operator's page and the metrics: "
            f"{self.detail}; stop what listens there, or choose another address by web.host and "
            "web.port (TILSHI_WEB_HOST, TILSHI_WEB_PORT)"
        )


class DeliveryError(TilshiError):
    """A part of a digest did not reach its readers. ``detail`` holds no secret."""

    def __init__(
        self,
        channel: str,
        detail: str,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(channel, detail, retry_after_s)
        self.channel = channel
        self.detail = detail
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"channel {self.channel}: {self.detail}"


class NotSentError(DeliveryError):
    """
    Surely not sent: no connection, or the service asked to come back later.

    Attributes:
        for_all: It came before anything was said of this part or its recipient, so no other part
            would be sent by the channel now either.
    """

    def __init__(
        self,
        channel: str,
        detail: str,
        retry_after_s: float | None = None,
        for_all: bool = False,
    ) -> None:
        super().__init__(channel, detail, retry_after_s)
        self.args = (channel, detail, retry_after_s, for_all)
        self.for_all = for_all


class RefusedError(DeliveryError):
    """
    The service will never accept it as it is.

    A wrong token, an unknown chat, a refused recipient.
    """


class InDoubtError(DeliveryError):
    """It may have been sent: the connection broke, or the answer never came."""


class DeliveryBusyError(TilshiError):
    """A delivery is being sent, or its sender died at it some minutes ago: try again later."""

    def __init__(self, delivery: str) -> None:
        super().__init__(delivery)
        self.delivery = delivery

    def __str__(self) -> str:
        return f"{self.delivery}: is being sent just now; try again in three minutes at the latest"


class LeaseLostError(TilshiError):
    """The lease on an item ran out and somebody else may hold it now: drop the result."""

    def __init__(self, item: str) -> None:
        super().__init__(item)
        self.item = item

    def __str__(self) -> str:
        return f"lease lost: {self.item}"
