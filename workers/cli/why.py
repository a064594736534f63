"""``tilshi why``, ``pin``, ``split``, ``release``, ``rulings``: what makes a story, and an operator's word on it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from aggregator.grouping.why import explain
from aggregator.models import pair_of
from aggregator.urls.canonical import canonical_url
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import complain, console, print_json, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from aggregator.grouping.why import Explanation
    from aggregator.models import Article
    from aggregator.store.articles import StoredArticle
    from workers.services import Services

__all__ = ["pin", "release", "rulings", "split", "why"]

_ID_START = re.compile("[0-9a-f]{1,32}")
_One = Annotated[
    str, typer.Argument(metavar="ARTICLE", help="Its link, or its id or the beginning of one.")
]
_Other = Annotated[str, typer.Argument(metavar="ARTICLE", help="Another.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_SHOWN_NAMES = 8


def _days(services: Services) -> list[date]:
    return sorted(
        {
            *services.store.articles.open_days(),
            *services.store.digests.days(services.editions[0].id),
        },
        reverse=True,
    )


def _named(services: Services, text: str) -> list[str]:
    """Return the ids of stored articles that an argument may mean."""
    if url := canonical_url(text):
        return _ids_of_link(services, url)
    wanted = text.lower()
    return _ids_that_begin(services, wanted) if _ID_START.fullmatch(wanted) else []


def _ids_of_link(services: Services, url: str) -> list[str]:
    ids: set[str] = set()
    for outlet in services.outlets:
        ids.update(services.store.articles.seen(outlet, [f"url:{url}"]).values())
    return sorted(ids)


def _ids_that_begin(services: Services, start: str) -> list[str]:
    ids: set[str] = set()
    for day in _days(services):
        ids.update(key for key in services.store.articles.day_ids(day) if key.startswith(start))
    return sorted(ids)


def _find(services: Services, text: str) -> Article:
    ids = _named(services, text)
    stored = services.store.articles.load(ids)
    if len(stored) == 1:
        return next(iter(stored.values())).article
    if stored:
        complain(f"{text!r} is the beginning of {len(stored)} ids: {', '.join(sorted(stored)[:4])}")
    else:
        complain(
            f"{text!r}: no article kept has this link or id; expected a link as published, or an "
            "id as in "
            "`tilshi digest --format json`"
        )
    raise typer.Exit(Exit.USAGE)


def _pair(services: Services, one: str, other: str) -> tuple[Article, Article]:
    a = _find(services, one)
    b = _find(services, other)
    if a.id == b.id:
        complain(f"{one!r} and {other!r} are one article, expected two")
        raise typer.Exit(Exit.USAGE)
    return a, b


def _story_of(services: Services, article: Article) -> list[Article]:
    """Return the article and then the rest of its story, as last planned in a window that holds it."""
    for later in reversed(range(services.settings.digest.window_days)):
        for story in services.store.articles.stories(article.day + timedelta(days=later)):
            ids = [key for key, _ in story.articles]
            if article.id in ids:
                found = services.store.articles.load(key for key in ids if key != article.id)
                return [article, *(item.article for item in found.values())]
    return [article]


def why(
    context: typer.Context,
    one: _One,
    other: _Other,
    json: _AsJson = False,
) -> None:
    """
    Say what made or kept two articles from being one story.

    Example: `tilshi why https://a.example/1 https://b.example/2`
    """
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        a, b = _pair(services, one, other)
        ruled = services.store.overrides.all()
        found = explain(_story_of(services, a), _story_of(services, b), ruled)
    if json:
        print_json(_as_json(a, b, found))
        return
    out = console()
    for article in (a, b):
        when = (article.published or article.first_seen).astimezone(services.zone)
        head = f"{article.id[:8]}  {article.outlet_id}  {article.language}  {when:%Y-%m-%d %H:%M}"
        out.print(head, markup=False)
        out.print(f"          {article.title}", markup=False)
    out.print()
    for line in _verdict(found):
        out.print(line, markup=False)
    out.print()
    out.print(table(("for and against", "", "points"), _rows(found), right=("points",)))


def _as_json(a: Article, b: Article, found: Explanation) -> dict[str, Any]:
    return {
        "articles": [
            {
                "id": x.id,
                "link": x.link,
                "title": x.title,
                "language": x.language,
            }
            for x in (a, b)
        ],
        "together": found.together,
        "ruling": found.ruling,
        "copy": found.copy or None,
        "score": round(found.score, 3),
        "parts": {name: round(value, 3) for name, value in found.parts.items()},
        "mean": None if found.mean is None else round(found.mean, 3),
        "shared_names": list(found.shared_names),
    }


def _verdict(found: Explanation) -> list[str]:
    lines = ["They are one story." if found.together else "They are two stories."]
    if found.ruling:
        lines.append(f"An operator ruled so: {found.ruling}. `tilshi release` takes it back.")
    if found.copy:
        lines.append(f"As texts: {found.copy}.")
    score = found.score
    lines.append(f"As reports: {score:+.2f} points; over 0 one event is likelier than two.")
    if found.mean is None:
        return lines
    if not found.together:
        lines.append(
            f"Between all articles of the two stories the mean is {found.mean:+.2f}; stories join "
            "while it is over 0."
        )
    elif score <= 0 and not found.copy and found.ruling != "pin":
        lines.append(
            f"They stand together through the others: with the rest each has {found.mean:+.2f} or "
            "more."
        )
    return lines


def _rows(found: Explanation) -> list[tuple[str, str, str]]:
    said = found.evidence
    names = ", ".join(found.shared_names[:_SHOWN_NAMES])
    words = {
        "start": ("before anything is known", ""),
        "meaning": (
            "meaning",
            f"{said.meaning:+.1f} steps from where one event begins in these languages",
        ),
        "short": ("meaning of headlines and leads alone", f"{said.short:+.1f} steps"),
        "long": ("meaning of longer beginnings", f"{said.long:+.1f} steps"),
        "length": (
            "unlike in length, so less near than they would be",
            f"{2**said.length:.1f} times as long",
        ),
        "names": ("names and numbers in common", f"{said.names:.0%}: {names}" if names else "none"),
        "missing": ("names of a headline the other does not give", ""),
        "frame": ("headlines are one sentence with other names", ""),
        "days": ("time apart", f"{said.days * 24:.0f} h"),
        "dates": ("they name other days", f"{said.dates:.0f} apart"),
        "own": ("one outlet, one language", ""),
        "across": ("two languages", ""),
    }
    return [
        (*words[name], f"{value:+.2f}") for name, value in found.parts.items() if round(value, 2)
    ]


def _rule(
    context: typer.Context,
    one: str,
    other: str,
    what: Literal["pin", "split"] | None,
    done: str,
) -> None:
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        a, b = _pair(services, one, other)
        known = services.store.overrides.all()
        if what is None and pair_of(a.id, b.id) not in known.pinned | known.split:
            complain("nothing is ruled of these two; `tilshi rulings` lists what is")
            raise typer.Exit(Exit.USAGE)
        again = services.store.overrides.rule(a.id, b.id, what, now=services.clock.now())
        services.wakeups.send("group")
    console().print(done, markup=False)
    console().print(
        "They are grouped again with the next work done (`tilshi run`, or the workers if they run)."
        if again
        else "It holds for what is grouped from now on; a digest that is closed stays as it is.",
        markup=False,
    )


def pin(context: typer.Context, one: _One, other: _Other) -> None:
    """
    Rule that two articles are one story, whatever speaks against it.

    Example: `tilshi pin https://a.example/1 https://b.example/2`
    """
    _rule(context, one, other, "pin", "Ruled: one story.")


def split(context: typer.Context, one: _One, other: _Other) -> None:
    """
    Rule that two articles are two stories, whatever speaks for one.

    Example: `tilshi split https://a.example/1 https://b.example/2`
    """
    _rule(context, one, other, "split", "Ruled: two stories.")


def release(context: typer.Context, one: _One, other: _Other) -> None:
    """
    Take back what was ruled of two articles.

    Example: `tilshi release https://a.example/1 https://b.example/2`
    """
    _rule(context, one, other, None, "Released: the grouping decides.")


def rulings(context: typer.Context, json: _AsJson = False) -> None:
    """
    List what is ruled.

    Example: `tilshi rulings --json`
    """
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        known = services.store.overrides.all()
        pins = [("pin", one, other) for one, other in known.pinned]
        splits = [("split", one, other) for one, other in known.split]
        pairs = sorted(pins + splits)
        stored = services.store.articles.load({key for pair in pairs for key in pair[1:]})
    if json:
        print_json([_pair_as_json(pair, stored) for pair in pairs])
    elif not pairs:
        console().print("Nothing is ruled: the grouping decides alone.")
    else:
        cells = [_pair_as_row(pair, stored) for pair in pairs]
        console().print(table(("ruling", "article", "article"), cells))


def _pair_as_json(
    pair: tuple[str, str, str], stored: Mapping[str, StoredArticle]
) -> dict[str, Any]:
    articles = [{"id": key, "title": _title(stored.get(key))} for key in pair[1:]]
    return {"ruling": pair[0], "articles": articles}


def _pair_as_row(pair: tuple[str, str, str], stored: Mapping[str, StoredArticle]) -> list[str]:
    return [pair[0], *(f"{key[:8]} {_title(stored.get(key))}" for key in pair[1:])]


def _title(stored: StoredArticle | None) -> str:
    return stored.article.title if stored else "(no longer kept)"
