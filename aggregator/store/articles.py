"""Articles through their stages. Every method is one atomic step of the server."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

from aggregator.clock import from_millis, to_millis
from aggregator.errors import LeaseLostError
from aggregator.models import (
    Article,
    Extent,
    FeedItem,
    KnownItem,
    NotNew,
    RawArticle,
    Stage,
    Story,
)
from aggregator.store.article_records import (
    ArticleHead,
    Incoming,
    Ingested,
    Life,
    Move,
    Passages,
    PlanOutcome,
    StoredArticle,
    make_wording,
)
from aggregator.store.codec import (
    decode,
    decode_article,
    encode,
    encode_article,
)
from aggregator.store.query import (
    Query,
    query_each,
    query_one,
    read_one,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aggregator.store.client import Connection
    from aggregator.store.keys import Keys
    from aggregator.store.retention import Retention

_BEFORE_TEXT = (Stage.PAGE.encode(), Stage.TEXT.encode())
# The server does nothing else meanwhile: some five milliseconds.
_ITEMS_A_STEP = 100
# Of an article's record: how much English is wanted, how much there is; then the English, and what
# that is of.
_EXTENTS = ("tr_ask", "tr_extent")
_ENGLISH = ("tr", "tr_of", *_EXTENTS)

__all__ = ["ArticleStore"]


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

    def _load_fields(
        self,
        ids: Iterable[str],
        *names: str,
    ) -> list[tuple[str, list[Any]]]:
        """Return each id with these fields of its article, None for what is not there."""
        wanted = list(ids)
        with self._connection.client() as client:
            pipe = client.pipeline(transaction=False)
            for article_id in wanted:
                pipe.hmget(self._keys.article(article_id), names)
            rows = pipe.execute()
        return list(zip(wanted, rows, strict=True))

    # Ingest

    def find_seen(self, outlet_id: str, names: Sequence[str]) -> dict[str, str]:
        """Return the article id behind each name that is known."""
        if not names:
            return {}
        keys = [self._keys.seen(outlet_id, name) for name in names]
        with self._connection.client() as client:
            ids = client.mget(keys)
        pairs = zip(names, ids, strict=True)
        return {name: article_id.decode() for name, article_id in pairs if article_id}

    def load_known(self, ids: Iterable[str]) -> dict[str, KnownItem]:
        """Return what identity needs of stored articles; those past their retention are absent."""
        known = {}
        unique_ids = dict.fromkeys(ids)
        rows = self._load_fields(
            unique_ids,
            "name",
            "source",
            "title",
            "size",
            "hash",
        )
        for article_id, (name, source, title, size, content_hash) in rows:
            if source is None:
                continue
            known[article_id] = KnownItem(
                article_id,
                name.decode(),
                source.decode(),
                title.decode(),
                int(size),
                content_hash.decode(),
            )
        return known

    def load_items(self, ids: Iterable[str]) -> dict[str, FeedItem]:
        """
        Return items as they came when their articles' words were last stored, by article id.

        Those past their retention are absent.
        """
        rows = self._load_fields(ids, "raw")
        stored = [(article_id, item) for article_id, (item,) in rows if item is not None]
        return {
            article_id: decode(FeedItem, item, self._keys.article(article_id))
            for article_id, item in stored
        }

    def ingest(self, incoming: Incoming) -> Ingested:
        """Store one item as one poll saw it."""
        return self.ingest_all([incoming])[0]

    def ingest_all(self, items: Sequence[Incoming]) -> list[Ingested]:
        """
        Store items as one poll saw them, one after the other, a hundred in one step of the server.

        Each is stored whole or not at all.
        """
        answers: list[bytes] = []
        for start in range(0, len(items), _ITEMS_A_STEP):
            some = items[start : start + _ITEMS_A_STEP]
            answers += self._ingest_together(some)
        pairs = zip(answers[::2], answers[1::2], strict=True)
        return [_read_ingested(change, reason) for change, reason in pairs]

    def _ingest_together(self, items: Sequence[Incoming]) -> list[bytes]:
        keys = [self._keys.open, self._keys.closed]
        for stage in (Stage.PAGE, Stage.TEXT):
            keys += [
                self._keys.wait(stage),
                self._keys.lease(stage),
                self._keys.owner(stage),
                self._keys.tries(stage),
            ]
        args: list[object] = [self._retention.articles_s, self._retention.identity_s]
        for one in items:
            keys += self._list_ingest_keys(one)
            args += _list_ingest_args(one)
        answers: list[bytes] = self._connection.run_script("ingest", keys, args)
        return answers

    def _list_ingest_keys(self, incoming: Incoming) -> list[str]:
        outlet_id = incoming.outlet_id
        return [
            self._keys.article(incoming.identity.id),
            self._keys.day(incoming.day or date.min),
            *(self._keys.seen(outlet_id, name) for name in incoming.identity.names),
        ]

    # Stages

    def load_raw(self, ids: Sequence[str]) -> list[RawArticle]:
        """
        Return articles as they came, in the order of ``ids``.

        Those past their retention are left out.
        """
        raw_articles = []
        rows = self._load_fields(
            ids,
            "raw",
            "rev",
            "edits",
            "source",
            "outlet",
            "seen_at",
            "day",
        )
        for article_id, row in rows:
            item = row[0]
            if item is not None:
                raw_article = self._read_raw(article_id, row)
                raw_articles.append(raw_article)
        return raw_articles

    def _read_raw(self, article_id: str, row: Sequence[bytes]) -> RawArticle:
        item, rev, edits, source, outlet, seen_at, day = row
        key = self._keys.article(article_id)
        return RawArticle(
            id=article_id,
            rev=int(rev),
            edits=int(edits),
            source_id=source.decode(),
            outlet_id=outlet.decode(),
            item=decode(FeedItem, item, key),
            first_seen=from_millis(int(seen_at)),
            day=_read_day(day),
        )

    def load(self, ids: Iterable[str]) -> dict[str, StoredArticle]:
        """Return articles that have been through their text stage, by id."""
        stored = {}
        rows = self._load_fields(
            ids,
            "body",
            "vec",
            "rev",
            "stage",
            "day",
            *_ENGLISH,
        )
        for article_id, row in rows:
            body = row[0]
            if body is not None:
                stored[article_id] = self._read_stored(article_id, row)
        return stored

    def load_heads(self, ids: Iterable[str]) -> dict[str, ArticleHead]:
        """Return where articles stand that have been through their text stage, by id."""
        heads = {}
        rows = self._load_fields(
            ids,
            "rev",
            "stage",
            "day",
            "tr_of",
            "tr_ok",
            *_EXTENTS,
        )
        for article_id, row in rows:
            rev, stage, day, translated_wording, has_english, asked, extent = row
            if stage is None or stage in _BEFORE_TEXT or not day:
                continue
            heads[article_id] = ArticleHead(
                rev=int(rev),
                stage=Stage(stage.decode()),
                day=_read_day(day),
                translated_wording=translated_wording,
                has_english=has_english != b"0",
                extent=_read_extent(extent),
                asked=_read_extent(asked),
            )
        return heads

    def _read_stored(self, article_id: str, row: Sequence[bytes]) -> StoredArticle:
        body, vector, rev, stage, day, encoded_passages, translated_wording, asked, extent = row
        key = self._keys.article(article_id)
        record = {b"body": body, b"vec": vector or b""}
        article = decode_article(record, key)
        article = replace(article, day=_read_day(day))
        passages = None
        if encoded_passages is not None and translated_wording == make_wording(article):
            passages = decode(Passages, encoded_passages, key)
        return StoredArticle(
            article=article,
            rev=int(rev),
            stage=Stage(stage.decode()),
            passages=passages,
            asked=_read_extent(asked),
            extent=_read_extent(extent),
        )

    def claim_name(
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

    def load_page_counts(self) -> tuple[int, int]:
        """Return how many pages gave a text and how many articles went on with their teaser."""
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
            article_id: 32 hex digits.
            item: With the page's text, or as it was.
            said: What came of the page, in words.
            rev: Of the version that was read.
            token: Of the lease.
            now: Real time.

        Raises:
            LeaseLostError: It was edited, or somebody else has it.
        """
        fields = {"raw": encode(FeedItem, item), "page": said.encode()}
        step = (rev, token, Stage.PAGE, Stage.TEXT)
        self._advance(article_id, step, now, fields)

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
        Keep the cleaned article and move it on.

        It is done only if its day is closed; else it goes on to be grouped.

        Raises:
            LeaseLostError: It was edited, or somebody else has it.
        """
        body, vector = encode_article(article)
        fields = {"body": body, "vec": vector}
        step = (rev, token, Stage.TEXT, stage)
        self._advance(article.id, step, now, fields)

    def finish_translation(
        self,
        article: Article,
        passages: Passages,
        *,
        rev: int,
        token: str,
        now: datetime,
        extent: Extent = Extent.LEAD,
    ) -> None:
        """
        Keep the English of an article and move it on.

        It goes back to grouping if it may lead its story and its headline has none that can be
        shown, and if it was asked for more while the headline alone was translated.

        Args:
            article: As it was translated.
            passages: Headline and lead; the lead is empty if the headline alone was translated.
            rev: Of the version that was translated.
            token: Of the lease.
            now: Real time.
            extent: How much of it was translated.

        Raises:
            LeaseLostError: It was edited, or somebody else has it.
        """
        headline, _lead = passages
        has_english = headline.translated
        fields = {
            "tr": encode(Passages, passages),
            "tr_of": make_wording(article),
            "tr_ok": b"1" if has_english else b"0",
            "tr_extent": extent.encode(),
        }
        # Planning then has another article lead the story, or finds that there is none and sends it
        # on.
        ready = has_english or extent is Extent.HEADLINE
        stage = Stage.COMPOSE if ready else Stage.GROUP
        step = (rev, token, Stage.TRANSLATE, stage)
        self._advance(article.id, step, now, fields, extent=extent)

    def _advance(
        self,
        article_id: str,
        step: tuple[int, str, Stage, Stage],
        now: datetime,
        fields: Mapping[str, bytes],
        extent: Extent | None = None,
    ) -> None:
        rev, token, old, new = step
        keys = [
            self._keys.article(article_id),
            self._keys.lease(old),
            self._keys.owner(old),
            self._keys.tries(old),
            self._keys.wait(old),
            self._keys.wait(new),
            self._keys.wait(Stage.GROUP),
            self._keys.closed,
        ]
        args: list[object] = [
            article_id,
            token,
            rev,
            old,
            new,
            to_millis(now),
            extent or "",
            *chain.from_iterable(fields.items()),
            f"{old}_at",
            to_millis(now),
        ]
        if not self._connection.run_script("advance", keys, args):
            raise LeaseLostError(article_id)

    def load_life(self, article_id: str) -> Life | None:
        """Return what the record of an article says of its life; None if it is not kept."""
        key = self._keys.article(article_id)
        with self._connection.client() as client:
            fields = client.hgetall(key)
        record = {name.decode(): value for name, value in fields.items()}
        return _read_life(article_id, record, key) if "stage" in record else None

    # Days

    def list_open_days(self) -> list[date]:
        """Return the days that have articles and are not closed, in order."""
        return read_one(self._connection, self.query_open_days())

    def query_open_days(self) -> Query[list[date]]:
        """Ask what ``list_open_days`` returns."""
        return query_one(
            lambda pipe: pipe.zrange(self._keys.open, 0, -1),
            _read_days,
        )

    def find_closed_days(self, days: Iterable[date]) -> set[date]:
        """Return which of these days are closed."""
        query = query_each(list(days), self._ask_closed, _is_there)
        is_closed = read_one(self._connection, query)
        return {day for day, closed in is_closed.items() if closed}

    def find_last_closed_day(self) -> date | None:
        """Return the newest day that is closed; None if none is."""
        with self._connection.client() as client:
            days = client.zrange(self._keys.closed, -1, -1)
        return _read_day(days[0]) if days else None

    def _ask_closed(self, pipe: Any, day: date) -> None:
        pipe.zscore(self._keys.closed, day.isoformat())

    def list_day_ids(self, day: date) -> list[str]:
        """Return the ids of all articles of a day, sorted."""
        with self._connection.client() as client:
            ids = client.smembers(self._keys.day(day))
        return sorted(item.decode() for item in ids)

    def query_day_counts(self, days: Sequence[date]) -> Query[dict[date, int]]:
        """Ask how many articles of each of these days are kept."""
        return query_each(days, self._ask_day_count, int)

    def _ask_day_count(self, pipe: Any, day: date) -> None:
        pipe.scard(self._keys.day(day))

    def load_stages(self, ids: Sequence[str]) -> dict[str, tuple[Stage, date]]:
        """
        Return the stage of articles and the day they belong to.

        Those past their retention are absent.
        """
        stages = {}
        rows = self._load_fields(ids, "stage", "day")
        for article_id, (stage, day) in rows:
            if stage is not None and day:
                stages[article_id] = (Stage(stage.decode()), _read_day(day))
        return stages

    def list_waiting_ids(self, stage: Stage) -> list[str]:
        """Return the ids of all articles that wait for a stage, the longest waiting first."""
        with self._connection.client() as client:
            ids = client.zrange(self._keys.wait(stage), 0, -1)
        return [item.decode() for item in ids]

    def save_plan(
        self,
        day: date,
        stories: Sequence[Story] | None,
        moves: Sequence[Move],
        *,
        token: str,
        now: datetime,
    ) -> PlanOutcome:
        """
        Keep the stories of a window and move articles of its last day on.

        Args:
            day: The last of the window.
            stories: All of the window; None to keep them as they are.
            moves: Of articles of the day.
            token: Of the lock ``plan``.
            now: Real time.

        Returns:
            Whether the plan was kept; if not, nothing changed.
        """
        keys = [
            self._keys.lock("plan"),
            self._keys.stories(day),
            self._keys.wait(Stage.GROUP),
            self._keys.wait(Stage.TRANSLATE),
            self._keys.wait(Stage.COMPOSE),
        ]
        encoded_stories = b""
        if stories is not None:
            encoded_stories = encode(tuple[Story, ...], tuple(stories))
        args: list[object] = [
            token,
            encoded_stories,
            self._retention.articles_s,
            to_millis(now),
            day.isoformat(),
        ]
        for move in moves:
            key = self._keys.article(move.id)
            keys.append(key)
            args += [move.id, move.rev, move.old, move.new, move.extent]
        return PlanOutcome(int(self._connection.run_script("plan", keys, args)))

    def load_stories(self, day: date) -> tuple[Story, ...]:
        """Return the stories of the window that ends with ``day``; empty if never planned."""
        key = self._keys.stories(day)
        with self._connection.client() as client:
            value = client.get(key)
        if not value:
            return ()
        stories: tuple[Story, ...] = decode(tuple[Story, ...], value, key)
        return stories

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
        keys = [
            self._keys.article(article_id),
            self._keys.day(old),
            self._keys.day(new),
            self._keys.open,
        ]
        args = [
            article_id,
            old.isoformat(),
            new.isoformat(),
            new.toordinal(),
            self._retention.articles_s,
        ]
        return bool(self._connection.run_script("postpone", keys, args))


def _list_ingest_args(incoming: Incoming) -> list[object]:
    identity = incoming.identity
    day = incoming.day
    first = Stage.PAGE if incoming.page else Stage.TEXT
    return [
        len(identity.names),
        identity.id,
        to_millis(incoming.now),
        incoming.content_hash,
        incoming.run_id,
        first if day else Stage.STALE,
        day.isoformat() if day else "",
        day.toordinal() if day else 0,
        incoming.source_id,
        to_millis(incoming.ready),
        incoming.size,
        first,
        ",".join(identity.others),
        incoming.outlet_id,
        identity.names[0],
        incoming.item.title,
        encode(FeedItem, incoming.item),
    ]


def _read_ingested(change: bytes, reason: bytes) -> Ingested:
    return Ingested(change.decode(), NotNew(reason.decode()) if reason else None)


def _read_life(article_id: str, record: Mapping[str, bytes], key: str) -> Life:
    item = decode(FeedItem, record["raw"], key)
    title = item.title
    language = ""
    # Before its text stage ends an article has no body: its title is the feed's, and its language
    # is not known.
    if "body" in record:
        article = decode_article({b"body": record["body"]}, key)
        title = article.title
        language = article.language
    english, packages = _read_english(record, key)
    day = record.get("day")
    return Life(
        id=article_id,
        source_id=record["source"].decode(),
        outlet_id=record["outlet"].decode(),
        title=title,
        link=item.link,
        seen=from_millis(int(record["seen_at"])),
        run_id=record["run"].decode(),
        first_run_id=record["first_run"].decode(),
        stage=record["stage"].decode(),
        day=_read_day(day) if day else None,
        edits=int(record["edits"]),
        language=language,
        read=_read_moment(record.get("text_at")),
        translated=_read_moment(record.get("translate_at")),
        english=english,
        packages=packages,
    )


def _read_english(record: Mapping[str, bytes], key: str) -> tuple[str, tuple[str, ...]]:
    """Return the headline in English, empty if there is none, and the packages that were used."""
    if "tr" not in record:
        return "", ()
    passages: Passages = decode(Passages, record["tr"], key)
    headline, lead = passages
    packages: dict[str, None] = {}
    for segment in (*headline.segments, *lead.segments):
        if segment.package:
            packages[segment.package] = None
    english = headline.segments[0].english if headline.segments else None
    return english or "", tuple(packages)


def _read_extent(value: bytes | None) -> Extent:
    """Return how much of an article; all of it where nothing is said, as it was before."""
    return Extent(value.decode()) if value else Extent.LEAD


def _is_there(score: float | None) -> bool:
    return score is not None


def _read_days(values: Iterable[bytes]) -> list[date]:
    return [_read_day(value) for value in values]


def _read_day(value: bytes) -> date:
    return date.fromisoformat(value.decode())


def _read_moment(value: bytes | None) -> datetime | None:
    return from_millis(int(value)) if value else None
