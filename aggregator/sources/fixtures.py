"""
A source recorded: the bytes it sent, and what was read in them, agreed to by a person. Pure: texts
in, texts out.

    ID.toml    where and when it came from, headers, and the values below
    ID.body    the body as fetched, decompressed

From then on a parser that reads those bytes otherwise, or an option changed to worse, is noticed
before readers notice. The values are plain TOML, so that a person can correct one that was read
wrongly: the test then fails until the parser reads it rightly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aggregator.errors import ConfigError, Fault
from aggregator.feeds.kinds.registry import Kinds
from aggregator.models import FetchResult, Outlet, Source
from aggregator.sources.entries import write_value
from aggregator.sources.sample import make_articles
from aggregator.toml.lines import find_line
from aggregator.toml.tables import Faults, Table, parse_toml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aggregator.models import Article, Feed
    from aggregator.sources.sample import SourceSample

__all__ = ["RECORDED_ITEMS", "Fixture", "differences", "read_fixture", "write_fixture"]

RECORDED_ITEMS = 25
"""Items whose values are kept: a person can still look through so many."""

_LEAD_CHARS = 160
_HEAD = """# What `tilshi source record` read in {body}, and a person agreed to; `tilshi source test` compares.
# Correct a value here if it was read wrongly; the test then fails until it is read rightly.
"""
# A server's cookies are of no use to a test, and may be somebody's.
_LEFT_OUT = frozenset({"set-cookie", "set-cookie2"})


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Fixture:
    """
    A record read back.

    Attributes:
        name: Of its file, for messages.
        text: Of its file.
        source: As it was when recorded, as far as reading depends on it.
        result: What was fetched.
        now: When.
        values: What should be read.
    """

    name: str
    text: str
    source: Source
    result: FetchResult
    now: datetime
    values: dict[str, Any]


def write_fixture(look: SourceSample, now: datetime, options: Mapping[str, Any]) -> str:
    """
    Write down what was read.

    Args:
        look: With a feed.
        now: When; dates after it are not believed.
        options: The table of its kind, as it stands in the catalogue.

    Raises:
        ValueError: The look brought no feed.
    """
    if look.feed is None or look.result is None:
        raise ValueError("nothing to record: the look brought no feed")
    source = look.source
    values = _values(look.feed, make_articles(source, look.feed, now))
    items = values.pop("item")
    headers = look.result.headers
    lines = [
        _HEAD.format(body=f"{source.id}.body"),
        f"source = {write_value(source.id)}",
        f"outlet = {write_value(source.outlet.id)}",
        f"kind = {write_value(source.kind)}",
        f"url = {write_value(look.result.url)}",
        f"recorded = {_moment(now)}",
        f"languages = {write_value(list(source.languages))}",
        "",
        *_list_pairs(values),
        *("", "[headers]"),
        *_list_quoted_pairs({name: headers[name] for name in headers if name not in _LEFT_OUT}),
        *("", "[options]"),
        *_list_quoted_pairs(options),
    ]
    for item in items:
        lines += ["", "[[item]]", *_list_pairs(item)]
    return "\n".join(lines) + "\n"


def _list_pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_shown(value)}" for key, value in values.items()]


def _list_quoted_pairs(values: Mapping[str, Any]) -> list[str]:
    """Write pairs whose keys may be any text."""
    return [f"{write_value(key)} = {write_value(value)}" for key, value in values.items()]


def _shown(value: Any) -> str:
    return _moment(value) if isinstance(value, datetime) else str(write_value(value))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _values(feed: Feed, articles: Sequence[Article]) -> dict[str, Any]:
    """Return what a record keeps; no date is an empty text, since TOML knows no null."""
    return {
        "title": feed.title,
        "items": len(feed.items),
        "notes": list(feed.notes),
        "item": [
            {
                "title": article.title,
                "language": article.language,
                "published": article.published.replace(microsecond=0) if article.published else "",
                "link": article.link,
                "guid": item.guid,
                "lead": article.lead[:_LEAD_CHARS],
                "characters": len(article.text),
            }
            for article, item in list(zip(articles, feed.items, strict=True))[:RECORDED_ITEMS]
        ],
    }


def read_fixture(text: str, name: str, body: bytes) -> Fixture:
    """
    Read a record back.

    Args:
        text: TOML.
        name: Of the file.
        body: Of the file beside it.

    Raises:
        ConfigError: A key is missing or of another kind.
    """
    values = parse_toml(text, name)
    expected = {
        "source": str,
        "outlet": str,
        "kind": str,
        "url": str,
        "recorded": datetime,
        "items": int,
        "item": list,
    }
    faults = [
        Fault(
            name,
            find_line(text, (key,)),
            key,
            str(values.get(key, "")),
            f"a value as `source record` writes it ({kind.__name__})",
        )
        for key, kind in expected.items()
        if not isinstance(values.get(key), kind)
    ]
    if faults:
        raise ConfigError(tuple(faults))
    options = Faults(name, text)
    try:
        read = (
            Kinds()
            .named(values["kind"])
            .check(Table(dict(values.get("options", {})), ("options",), options))
        )
    except LookupError as error:
        raise ConfigError(
            (Fault(name, find_line(text, ("kind",)), "kind", values["kind"], str(error)),)
        ) from error
    options.check()
    outlet = Outlet(
        id=values["outlet"],
        name=values["outlet"],
        home=values["url"],
    )
    source = Source(
        id=values["source"],
        outlet=outlet,
        url=values["url"],
        every=timedelta(minutes=30),
        languages=tuple(values.get("languages", ())),
        kind=values["kind"],
        options=read,
    )
    headers = {str(key).lower(): str(value) for key, value in values.get("headers", {}).items()}
    result = FetchResult(
        url=values["url"],
        status=200,
        headers=headers,
        body=body,
    )
    return Fixture(
        name=name,
        text=text,
        source=source,
        result=result,
        now=values["recorded"],
        values=values,
    )


def differences(fixture: Fixture, look: SourceSample) -> list[str]:
    """
    Compare what is read now with what was agreed to.

    Returns:
        A line for each difference, with the file's line; none if it is read the same.
    """
    if look.feed is None:
        return [f"{fixture.name}: {look.outcome.value}: {look.detail}"]
    read = _values(look.feed, make_articles(look.source, look.feed, fixture.now))
    found = [
        _told(fixture, (key,), fixture.values.get(key), read[key])
        for key in ("title", "items", "notes")
        if fixture.values.get(key) != read[key]
    ]
    for number, recorded in enumerate(fixture.values["item"]):
        now = read["item"][number] if number < len(read["item"]) else {}
        found += [
            _told(fixture, ("item", number, key), value, now.get(key))
            for key, value in recorded.items()
            if value != now.get(key)
        ]
    return found


def _told(
    fixture: Fixture,
    path: tuple[str | int, ...],
    recorded: object,
    now: object,
) -> str:
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return (
        f"{fixture.name}:{find_line(fixture.text, path)}: {key}: recorded {recorded!s:.120}, "
        f"read now {now!s:.120}"
    )
