"""
A source recorded: the bytes it sent, and what was read in them, agreed to by a person.

Pure: texts in, texts out.

    ID.toml    where and when it came from, headers, and the values below
    ID.body    the body as fetched, decompressed

From then on a parser that reads those bytes otherwise, or an option changed to worse, is noticed
before readers notice. The values are plain TOML, so that a person can correct one that was read
wrongly: the test then fails until the parser reads it rightly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from aggregator.feeds.kinds.registry import Kinds
from aggregator.languages import Language
from aggregator.models import FetchResult, Outlet, Source
from aggregator.sources.entries import write_path, write_value
from aggregator.sources.sample import make_articles
from aggregator.toml.lines import find_line
from aggregator.toml.tables import Faults, Table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.models import Article, Feed, FeedItem
    from aggregator.sources.sample import SourceSample

__all__ = ["RECORDED_ITEMS", "Fixture", "list_differences", "read_fixture", "write_fixture"]

RECORDED_ITEMS = 25
"""Items whose values are kept: a person can still look through so many."""

_LEAD_CHARS = 160
_HEAD = """\
# What `tilshi source record` read in {body}, and a person agreed to; `tilshi source test` compares.
# Correct a value here if it was read wrongly; the test then fails until it is read rightly.
"""
_TEXT = "a text, as `tilshi source record` writes it"
_MOST_ITEMS = 1_000_000
_LANGUAGES = tuple(language.value for language in Language if language is not Language.UNKNOWN)
# A server's cookies are of no use to a test, and may be somebody's.
_LEFT_OUT = frozenset({"set-cookie", "set-cookie2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """
    A record read back.

    Attributes:
        name: Of its file, for messages.
        text: Of its file, TOML.
        source: As it was when recorded, as far as reading depends on it.
        result: What was fetched then.
        now: When that was.
        values: The file's values, of which ``title``, ``items``, ``notes`` and ``item`` should be
            read again.
    """

    name: str
    text: str
    source: Source
    result: FetchResult
    now: datetime
    values: dict[str, Any]


def write_fixture(sample: SourceSample, now: datetime, options: Mapping[str, Any]) -> str:
    """
    Write down what was read.

    Args:
        sample: Of the source, with a feed.
        now: Real time; dates after it are not believed.
        options: The table of its kind, as it stands in the catalogue.

    Raises:
        ValueError: The sample has no feed.
    """
    if sample.feed is None or sample.result is None:
        raise ValueError("nothing to record: the look brought no feed")
    source = sample.source
    result = sample.result
    articles = make_articles(source, sample.feed, now)
    values = _list_values(sample.feed, articles)
    items = values.pop("item")
    headers = {name: value for name, value in result.headers.items() if name not in _LEFT_OUT}
    lines = [
        _HEAD.format(body=f"{source.id}.body"),
        f"source = {write_value(source.id)}",
        f"outlet = {write_value(source.outlet.id)}",
        f"kind = {write_value(source.kind)}",
        f"url = {write_value(result.url)}",
        f"recorded = {_write_moment(now)}",
        f"languages = {write_value(list(source.languages))}",
        "",
        *_list_pairs(values),
        "",
        "[headers]",
        *_list_quoted_pairs(headers),
        "",
        "[options]",
        *_list_quoted_pairs(options),
    ]
    for item in items:
        lines += ["", "[[item]]", *_list_pairs(item)]
    return "\n".join(lines) + "\n"


def _list_pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_write_any(value)}" for key, value in values.items()]


def _list_quoted_pairs(values: Mapping[str, Any]) -> list[str]:
    """Write pairs whose keys may be any text."""
    return [f"{write_value(key)} = {write_value(value)}" for key, value in values.items()]


def _write_any(value: Any) -> str:
    if isinstance(value, datetime):
        return _write_moment(value)
    return str(write_value(value))


def _write_moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _list_values(feed: Feed, articles: Sequence[Article]) -> dict[str, Any]:
    """Return what a record keeps; no date is an empty text, since TOML knows no null."""
    pairs = zip(articles, feed.items, strict=True)
    kept = islice(pairs, RECORDED_ITEMS)
    return {
        "title": feed.title,
        "items": len(feed.items),
        "notes": list(feed.notes),
        "item": [_list_item_values(article, item) for article, item in kept],
    }


def _list_item_values(article: Article, item: FeedItem) -> dict[str, Any]:
    published = article.published
    return {
        "title": article.title,
        "language": article.language,
        "published": published.replace(microsecond=0) if published else "",
        "link": article.link,
        "guid": item.guid,
        "lead": article.lead[:_LEAD_CHARS],
        "characters": len(article.text),
    }


def read_fixture(text: str, name: str, body: bytes) -> Fixture:
    """
    Read a record back.

    Args:
        text: Content of the file, TOML.
        name: Of the file, for messages.
        body: Content of the file beside it.

    Raises:
        ConfigError: A key is missing or of another kind; lists every fault with its line.
    """
    values = parse_toml(text, name)
    faults = Faults(name, text)
    root = Table(values, (), faults)
    source = _read_source(root)
    result = FetchResult(
        url=source.url,
        status=200,
        headers=_read_headers(root.table("headers")),
        body=body,
    )
    now = root.moment("recorded")
    _check_read_values(root)
    faults.check()
    return Fixture(
        name=name,
        text=text,
        source=source,
        result=result,
        now=now,
        values=values,
    )


def _read_source(root: Table) -> Source:
    outlet = root.text("outlet", _TEXT)
    url = root.text("url", _TEXT)
    return Source(
        id=root.text("source", _TEXT),
        outlet=Outlet(id=outlet, name=outlet, home=url),
        url=url,
        every=timedelta(minutes=30),
        languages=root.texts("languages", _LANGUAGES),
        kind=root.text("kind", _TEXT),
        options=_read_options(root),
    )


def _read_options(root: Table) -> Mapping[str, Any]:
    """Return the options as the kind of the source reads them."""
    options = root.table("options")
    name = root.text("kind", _TEXT)
    if not name:
        return {}
    try:
        kind = Kinds().find_kind(name)
    except LookupError as error:
        root.wrong("kind", str(error))
        return {}
    return kind.check(options)


def _read_headers(table: Table) -> dict[str, str]:
    return {key.lower(): table.text(key, _TEXT, default="") for key in table.list_keys()}


def _check_read_values(root: Table) -> None:
    """Note what cannot be compared with what is read now; other values only differ from it."""
    if not root.has("items"):
        root.wrong("items", "how many items were read")
    root.number("items", 0, _MOST_ITEMS, 0)
    root.tables("item")


def list_differences(fixture: Fixture, sample: SourceSample) -> list[str]:
    """
    Compare what is read now with what was agreed to.

    Returns:
        Text for each difference, with the file's line; none if it is read the same.
    """
    if sample.feed is None:
        return [f"{fixture.name}: {sample.outcome.value}: {sample.detail}"]
    articles = make_articles(sample.source, sample.feed, fixture.now)
    read = _list_values(sample.feed, articles)
    lines = []
    for key in ("title", "items", "notes"):
        recorded = fixture.values.get(key)
        now = read[key]
        if now != recorded:
            line = _describe_difference(fixture, (key,), recorded, now)
            lines.append(line)
    items = read["item"]
    for number in range(len(fixture.values["item"])):
        item = items[number] if number < len(items) else {}
        lines += _compare_item(fixture, number, item)
    return lines


def _compare_item(fixture: Fixture, number: int, item: Mapping[str, Any]) -> list[str]:
    """Compare one item as it is read now with the record's of that number."""
    recorded_item = fixture.values["item"][number]
    lines = []
    for key, recorded in recorded_item.items():
        now = item.get(key)
        if now != recorded:
            path = ("item", number, key)
            line = _describe_difference(fixture, path, recorded, now)
            lines.append(line)
    return lines


def _describe_difference(
    fixture: Fixture,
    path: tuple[str | int, ...],
    recorded: object,
    now: object,
) -> str:
    line = find_line(fixture.text, path)
    return (
        f"{fixture.name}:{line}: {write_path(path)}: recorded {recorded!s:.120}, "
        f"read now {now!s:.120}"
    )
