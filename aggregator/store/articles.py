"""Articles through their stages. Every method is one atomic step of the server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

from aggregator.clock import from_millis, millis
from aggregator.errors import LeaseLostError
from aggregator.models import (
    Article,
    FeedItem,
    Identity,
    KnownItem,
    Passage,
    RawArticle,
    Stage,
    Story,
)
from aggregator.store.codec import decode, decode_article, encode, encode_article
from aggregator.store.query import Query, query_one, read_one

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.retention import Retention

_BEFORE_TEXT = (Stage.PAGE.encode(), Stage.TEXT.encode())

__all__ = [
    "ArticleHead",
    "ArticleStore",
    "Incoming",
    "Life",
    "Move",
    "Passages",
    "StoredArticle",
    "wording",
]

Passages = tuple[Passage, Passage]
"""Headline and lead of an article, translated or not."""


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Incoming:
    """
    One sight of one item, ready to be stored.

    Attributes:
        identity: Whose item it is.
        item: As the feed gave it.
        content_hash: Of its words; equal hashes mean nothing to update.
        size: Characters of its words; of two feeds of one outlet, the fuller one is kept.
        source_id: That gave it.
        outlet_id: Its publisher.
        run_id: The run that saw it.
        now: Editorial time.
        ready: Real time from which it may be read.
        day: Local day for its digest; None if it is too old for any.
        page: Its page is to be read first, as the feed gave a teaser only.
    """

    identity: Identity
    item: FeedItem
    content_hash: str
    size: int
    source_id: str
    outlet_id: str
    run_id: str
    now: datetime
    ready: datetime
    day: date | None
    page: bool = False


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class StoredArticle:
    """
    An article past its text stage.

    Attributes:
        article: Cleaned.
        rev: Fence of this version.
        stage: Where it stands.
        passages: Headline and lead in English, if this version of them was translated.
    """

    article: Article
    rev: int
    stage: Stage
    passages: Passages | None


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class ArticleHead:
    """
    Where an article past its text stage stands, without its words.

    Attributes:
        rev: Fence of this version.
        stage: Where it stands.
        day: Local day whose digest it belongs to.
        told_as: The wording that was translated, see ``wording``; None if none was.
        has_english: There is English of its headline that can be shown; of no meaning where nothing
            was translated.
    """

    rev: int
    stage: Stage
    day: date
    told_as: bytes | None
    has_english: bool = True


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Life:
    """
    What the record of an article says of its life; see ``trace``.

    Attributes:
        seen: Editorial time of the first sight.
        run_id: Run of the last change.
        first_run_id: Run of the first sight.
        day: Local day whose digest it belongs to; None if it was too old for any.
        read: When its text stage ended, real time; None if it has not, or before that was noted.
        translated: Likewise of its translation.
        english: Its headline in English; empty if there is none.
        packages: That made its English.
    """

    id: str
    source_id: str
    outlet_id: str
    title: str
    link: str
    seen: datetime
    run_id: str
    first_run_id: str
    stage: str
    day: date | None
    edits: int
    language: str
    read: datetime | None
    translated: datetime | None
    english: str
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A step of one article from one stage to another, void if it changed meanwhile."""

    id: str
    rev: int
    old: Stage
    new: Stage


def wording(article: Article) -> bytes:
    """Return what of an article a translation depends on."""
    return f"{article.language}\n{article.title}\n{article.lead}".encode()


class ArticleStore:
    """Articles by id, day and stage."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        retention: Retention,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._retention = retention

    def _fields(self, ids: Iterable[str], *names: str) -> list[tuple[str, list[Any]]]:
        """
        Return each id with these fields of its article, None for what is not there.

        In one round trip.
        """
        wanted = list(ids)
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            for article_id in wanted:
                pipe.hmget(self._keys.article(article_id), names)
            rows = pipe.execute()
        return list(zip(wanted, rows, strict=True))

    # Ingest

    def seen(self, outlet_id: str, names: Sequence[str]) -> dict[str, str]:
        """Return the article id behind each name that is known."""
        if not names:
            return {}
        with self._connection.client() as client:
            ids = client.mget([self._keys.seen(outlet_id, name) for name in names])
        return {
            name: article_id.decode()
            for name, article_id in zip(names, ids, strict=True)
            if article_id
        }

    def known(self, ids: Iterable[str]) -> dict[str, KnownItem]:
        """Return what identity needs of stored articles; those past their retention are absent."""
        rows = self._fields(dict.fromkeys(ids), "name", "source", "title", "size")
        return {
            article_id: KnownItem(
                article_id, name.decode(), source.decode(), title.decode(), int(size)
            )
            for article_id, (name, source, title, size) in rows
            if source is not None
        }

    def ingest(self, incoming: Incoming) -> str:
        """
        Store one sight of one item.

        Returns:
            ``new``, ``updated``, ``known``, ``stale``, or ``clash``: a moment ago one of its names
            was taken by another article, or its day closed; look again.
        """
        keys = self._list_ingest_keys(incoming)
        args = self._list_ingest_args(incoming)
        what, _ = self._connection.script("ingest", keys, args)
        return str(what.decode())

    def _list_ingest_keys(self, incoming: Incoming) -> list[str]:
        k = self._keys
        keys = [
            k.article(incoming.identity.id),
            k.day(incoming.day or date.min),
            k.open,
            k.closed,
        ]
        for stage in (Stage.PAGE, Stage.TEXT):
            keys += [k.wait(stage), k.lease(stage), k.owner(stage), k.tries(stage)]
        names = incoming.identity.names
        return keys + [k.seen(incoming.outlet_id, name) for name in names]

    def _list_ingest_args(self, incoming: Incoming) -> list[object]:
        day = incoming.day
        first = Stage.PAGE if incoming.page else Stage.TEXT
        fields = {
            "outlet": incoming.outlet_id,
            "name": incoming.identity.names[0],
            "title": incoming.item.title,
            "size": incoming.size,
            "raw": encode(FeedItem, incoming.item),
        }
        return [
            incoming.identity.id,
            millis(incoming.now),
            incoming.content_hash,
            incoming.run_id,
            first if day else Stage.STALE,
            day.isoformat() if day else "",
            day.toordinal() if day else 0,
            self._retention.articles_s,
            self._retention.identity_s,
            incoming.source_id,
            millis(incoming.ready),
            incoming.size,
            first,
            *chain.from_iterable(fields.items()),
        ]

    # Stages

    def raws(self, ids: Sequence[str]) -> list[RawArticle]:
        """
        Return articles as they came, in the order of ``ids``.

        Those past their retention are left out.
        """
        rows = self._fields(ids, "rev", "edits", "source", "outlet", "raw", "seen_at", "day")
        return [self._raw(article_id, row) for article_id, row in rows if row[4] is not None]

    def _raw(self, article_id: str, row: Sequence[bytes]) -> RawArticle:
        rev, edits, source, outlet, raw, seen_at, day = row
        return RawArticle(
            id=article_id,
            rev=int(rev),
            edits=int(edits),
            source_id=source.decode(),
            outlet_id=outlet.decode(),
            item=decode(FeedItem, raw, self._keys.article(article_id)),
            first_seen=from_millis(int(seen_at)),
            day=_read_day(day),
        )

    def load(self, ids: Iterable[str]) -> dict[str, StoredArticle]:
        """Return articles that have been through their text stage, by id."""
        rows = self._fields(ids, "body", "vec", "rev", "stage", "day", "tr", "tr_of")
        return {
            article_id: self._stored(article_id, row)
            for article_id, row in rows
            if row[0] is not None
        }

    def heads(self, ids: Iterable[str]) -> dict[str, ArticleHead]:
        """Return where articles stand that have been through their text stage, by id."""
        heads = {}
        for article_id, row in self._fields(ids, "rev", "stage", "day", "tr_of", "tr_ok"):
            rev, stage, day, told_as, has_english = row
            if stage is None or stage in _BEFORE_TEXT or not day:
                continue
            heads[article_id] = ArticleHead(
                rev=int(rev),
                stage=Stage(stage.decode()),
                day=_read_day(day),
                told_as=told_as,
                has_english=has_english != b"0",
            )
        return heads

    def _stored(self, article_id: str, row: Sequence[bytes]) -> StoredArticle:
        body, vec, rev, stage, day, passages, told_as = row
        key = self._keys.article(article_id)
        article = decode_article({b"body": body, b"vec": vec or b""}, key)
        article = replace(article, day=_read_day(day))
        valid = passages is not None and told_as == wording(article)
        return StoredArticle(
            article=article,
            rev=int(rev),
            stage=Stage(stage.decode()),
            passages=decode(Passages, passages, key) if valid else None,
        )

    def claim(
        self,
        outlet_id: str,
        name: str,
        article_id: str,
    ) -> str:
        """
        Let a name that is free be an article's from now on.

        Returns the id of the article that has it.
        """
        key = self._keys.seen(outlet_id, name)
        with self._connection.client() as client:
            owner = client.set(
                key,
                article_id,
                nx=True,
                get=True,
                ex=self._retention.identity_s,
            )
        return owner.decode() if owner else article_id

    def count_page(self, *, read: bool) -> None:
        """Count a page that gave a text, or an article that went on with its teaser."""
        what = "read" if read else "teaser"
        with self._connection.client() as client:
            client.hincrby(self._keys.page_counts, what, 1)

    def page_counts(self) -> tuple[int, int]:
        """How many pages of teasers gave a text, and how many articles went on with their teaser, ever."""
        with self._connection.client() as client:
            read, teaser = client.hmget(self._keys.page_counts, ["read", "teaser"])
        return int(read or 0), int(teaser or 0)

    def finish_page(
        self,
        article_id: str,
        item: FeedItem,
        *,
        said: str,
        rev: int,
        token: str,
        now: datetime,
    ) -> None:
        """
        Keep what an article's page had and move it on.

        Args:
            article_id: Whose.
            item: With the page's text, or as it was.
            said: What came of the page, in words.
            rev: Of the version that was read.
            token: Of the lease.
            now: Real time.

        Raises:
            LeaseLostError: It was edited, or somebody else has it.
        """
        fields = {"raw": encode(FeedItem, item), "page": said.encode()}
        self._advance(article_id, (rev, token, Stage.PAGE, Stage.TEXT), now, fields)

    def finish_text(
        self,
        article: Article,
        *,
        rev: int,
        token: str,
        stage: Stage,
        now: datetime,
    ) -> None:
        """
        Keep the cleaned article and move it on; done only if its day is closed, else it goes on to
        be grouped.

        Raises:
            LeaseLostError: It was edited, or somebody else has it.
        """
        body, vector = encode_article(article)
        self._advance(
            article.id, (rev, token, Stage.TEXT, stage), now, {"body": body, "vec": vector}
        )

    def finish_translation(
        self,
        article: Article,
        passages: Passages,
        *,
        rev: int,
        token: str,
        now: datetime,
    ) -> None:
        """
        Keep the English of an article and move it on; back to grouping if its headline has none
        that can be shown.

        Raises:
            LeaseLostError: It was edited, or somebody else has it.
        """
        well = passages[0].translated
        fields = {
            "tr": encode(Passages, passages),
            "tr_of": wording(article),
            "tr_ok": b"1" if well else b"0",
        }
        # Planning then has another article tell the story, or finds that there is none and sends it
        # on.
        stage = Stage.COMPOSE if well else Stage.GROUP
        self._advance(article.id, (rev, token, Stage.TRANSLATE, stage), now, fields)

    def _advance(
        self,
        article_id: str,
        step: tuple[int, str, Stage, Stage],
        now: datetime,
        fields: Mapping[str, bytes],
    ) -> None:
        k, (rev, token, old, new) = self._keys, step
        keys = [k.article(article_id), k.lease(old), k.owner(old), k.tries(old), k.wait(old)]
        keys += [k.wait(Stage.GROUP if new is Stage.DONE else new), k.closed]
        args: list[object] = [article_id, token, rev, old, new, millis(now)]
        args += chain.from_iterable(fields.items())
        args += [f"{old}_at", millis(now)]
        if not self._connection.script("advance", keys, args):
            raise LeaseLostError(article_id)

    def life(self, article_id: str) -> Life | None:
        """Return what the record of an article says of its life; None if it is not kept."""
        key = self._keys.article(article_id)
        with self._connection.client() as client:
            fields = client.hgetall(key)
        record = {name.decode(): value for name, value in fields.items()}
        return _read_life(article_id, record, key) if "stage" in record else None

    # Days

    def open_days(self) -> list[date]:
        """Days that have articles and are not closed, in order."""
        return read_one(self._connection, self.query_open_days())

    def query_open_days(self) -> Query[list[date]]:
        """Ask what ``open_days`` returns."""
        return query_one(
            lambda pipe: pipe.zrange(self._keys.open, 0, -1),
            lambda days: [_read_day(item) for item in days],
        )

    def closed_days(self, days: Iterable[date]) -> set[date]:
        """Which of these days are closed."""
        wanted = list(days)
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            for day in wanted:
                pipe.zscore(self._keys.closed, day.isoformat())
            scores = pipe.execute()
        return {day for day, score in zip(wanted, scores, strict=True) if score is not None}

    def day_ids(self, day: date) -> list[str]:
        """Ids of all articles of a day, sorted."""
        with self._connection.client() as client:
            ids = client.smembers(self._keys.day(day))
        return sorted(item.decode() for item in ids)

    def query_day_counts(self, days: Sequence[date]) -> Query[dict[date, int]]:
        """Ask how many articles of each of these days are kept."""

        def ask(pipe: Any) -> None:
            for day in days:
                pipe.scard(self._keys.day(day))

        return Query(ask, lambda counts: dict(zip(days, map(int, counts), strict=True)))

    def stages(self, ids: Sequence[str]) -> dict[str, tuple[Stage, date]]:
        """
        Where articles stand and whose day they belong to.

        Those past their retention are absent.
        """
        rows = self._fields(ids, "stage", "day")
        return {
            article_id: (Stage(stage.decode()), _read_day(day))
            for article_id, (stage, day) in rows
            if stage is not None and day
        }

    def waiting_ids(self, stage: Stage) -> list[str]:
        """Ids of all articles that wait for a stage, the longest waiting first."""
        with self._connection.client() as client:
            ids = client.zrange(self._keys.wait(stage), 0, -1)
        return [item.decode() for item in ids]

    def plan(
        self,
        day: date,
        stories: Sequence[Story] | None,
        moves: Sequence[Move],
        *,
        token: str,
        now: datetime,
    ) -> bool:
        """
        Keep the stories of the window that ends with ``day`` (None: as they are) and move articles
        of that day on.

        Returns:
            False if the lock ``plan`` is not the token's any more; then nothing changed.
        """
        k = self._keys
        waits = [k.wait(stage) for stage in (Stage.GROUP, Stage.TRANSLATE, Stage.COMPOSE)]
        keys = [k.lock("plan"), k.stories(day), *waits, *(k.article(move.id) for move in moves)]
        kept = b"" if stories is None else encode(tuple[Story, ...], tuple(stories))
        args: list[object] = [token, kept, self._retention.articles_s, millis(now), day.isoformat()]
        for move in moves:
            args += [move.id, move.rev, move.old, move.new]
        return int(self._connection.script("plan", keys, args)) >= 0

    def stories(self, day: date) -> tuple[Story, ...]:
        """Stories of the window that ends with ``day``, as last planned; empty if never."""
        key = self._keys.stories(day)
        with self._connection.client() as client:
            value = client.get(key)
        found: tuple[Story, ...] = decode(tuple[Story, ...], value, key) if value else ()
        return found

    def postpone(
        self,
        article_id: str,
        *,
        old: date,
        new: date,
    ) -> bool:
        """
        Move an article that is not read or grouped yet to a later day.

        False if it is, or was put off before.
        """
        k = self._keys
        keys = [k.article(article_id), k.day(old), k.day(new), k.open]
        args = [
            article_id,
            old.isoformat(),
            new.isoformat(),
            new.toordinal(),
            self._retention.articles_s,
        ]
        return bool(self._connection.script("postpone", keys, args))


def _read_life(article_id: str, record: Mapping[str, bytes], key: str) -> Life:
    item = decode(FeedItem, record["raw"], key)
    # Before its text stage ends an article has no body: its title is the feed's, and its language
    # is not known.
    article = decode_article({b"body": record["body"]}, key) if "body" in record else None
    english, packages = _read_english(record, key)
    day = record.get("day")
    return Life(
        id=article_id,
        source_id=record["source"].decode(),
        outlet_id=record["outlet"].decode(),
        title=article.title if article else item.title,
        link=item.link,
        seen=from_millis(int(record["seen_at"])),
        run_id=record["run"].decode(),
        first_run_id=record["first_run"].decode(),
        stage=record["stage"].decode(),
        day=_read_day(day) if day else None,
        edits=int(record["edits"]),
        language=article.language if article else "",
        read=_read_moment(record.get("text_at")),
        translated=_read_moment(record.get("translate_at")),
        english=english,
        packages=packages,
    )


def _read_english(record: Mapping[str, bytes], key: str) -> tuple[str, tuple[str, ...]]:
    """Return the headline in English, empty if there is none, and the packages that made all of its English."""
    if "tr" not in record:
        return "", ()
    passages: Passages = decode(Passages, record["tr"], key)
    segments = [segment for passage in passages for segment in passage.segments]
    packages = dict.fromkeys(segment.package for segment in segments if segment.package)
    headline = passages[0].segments
    english = headline[0].english if headline else None
    return english or "", tuple(packages)


def _read_day(value: bytes) -> date:
    return date.fromisoformat(value.decode())


def _read_moment(value: bytes | None) -> datetime | None:
    return from_millis(int(value)) if value else None
