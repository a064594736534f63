"""``tilshi why``: what makes two articles one story, or two."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from aggregator.grouping.why import explain
from workers.bootstrap import open_runtime
from workers.cli.article_pair import FirstArticle, SecondArticle, find_pair
from workers.cli.config import load_for_command
from workers.cli.options import AsJson
from workers.cli.output import console, print_json, table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from aggregator.grouping.why import Explanation
    from aggregator.models import Article
    from workers.services import Services

__all__ = ["why"]

_SHOWN_NAMES = 8
_LABELS = {
    "start": "before anything is known",
    "meaning": "meaning",
    "short": "meaning of headlines and leads alone",
    "long": "meaning of longer beginnings",
    "length": "unlike in length, so less near than they would be",
    "names": "names and numbers in common",
    "missing": "names of a headline the other does not give",
    "frame": "headlines are one sentence with other names",
    "days": "time apart",
    "dates": "they name other days",
    "own": "one outlet, one language",
    "across": "two languages",
    "places": "they name other places",
    "kinds": "headlines name other things of one kind",
    "outcomes": "headlines name other outcomes",
    "bare": "hardly more than headlines",
    "numbers": "they give other numbers of one thing",
    "unsaid": "words of a headline the other does not say",
    "strangers": "each names somebody the other does not",
}


def why(
    context: typer.Context,
    one: FirstArticle,
    other: SecondArticle,
    json: AsJson = False,
) -> None:
    """
    Say what made or kept two articles from being one story.

    Example: `tilshi why https://a.example/1 https://b.example/2`
    """
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        pair = find_pair(services, one, other)
        overrides = services.store.overrides.load_all()
        one_story, other_story = (_load_story(services, article) for article in pair)
        explanation = explain(one_story, other_story, overrides)
    if json:
        print_json(_write_json(pair, explanation))
        return
    for line in _list_lines(pair, explanation, services.zone):
        console().print(line, markup=False)
    cells = _list_cells(explanation)
    console().print(table(("for and against", "", "points"), cells, right=("points",)))


def _load_story(services: Services, article: Article) -> list[Article]:
    """Return the article and the rest of its story, as last grouped in a window that holds it."""
    articles = services.store.articles
    for later in reversed(range(services.settings.digest.window_days)):
        for story in articles.load_stories(article.day + timedelta(days=later)):
            ids = [member_id for member_id, _ in story.articles]
            if article.id in ids:
                rest = articles.load(member_id for member_id in ids if member_id != article.id)
                return [article, *(stored.article for stored in rest.values())]
    return [article]


def _write_json(pair: Iterable[Article], explanation: Explanation) -> dict[str, Any]:
    articles = [
        {
            "id": article.id,
            "link": article.link,
            "title": article.title,
            "language": article.language,
        }
        for article in pair
    ]
    parts = {name: round(points, 3) for name, points in explanation.parts.items()}
    return {
        "articles": articles,
        "together": explanation.together,
        "ruling": explanation.ruling,
        "copy": explanation.copy or None,
        "score": round(explanation.score, 3),
        "parts": parts,
        "mean": None if explanation.mean is None else round(explanation.mean, 3),
        "against": {
            name: explanation.against[name]
            for name, points in explanation.parts.items()
            if name in explanation.against and points < 0
        },
        "shared_names": list(explanation.shared_names),
    }


def _list_lines(pair: Iterable[Article], explanation: Explanation, zone: ZoneInfo) -> list[str]:
    """Return what is printed above the table: both articles, and the verdict."""
    lines = []
    for article in pair:
        when = (article.published or article.first_seen).astimezone(zone)
        lines += [
            f"{article.id[:8]}  {article.outlet_id}  {article.language}  {when:%Y-%m-%d %H:%M}",
            f"          {article.title}",
        ]
    return [*lines, "", *_list_verdict(explanation), *_list_company(explanation), ""]


def _list_verdict(explanation: Explanation) -> list[str]:
    lines = ["They are one story." if explanation.together else "They are two stories."]
    if explanation.ruling:
        lines.append(f"An operator ruled so: {explanation.ruling}. `tilshi release` takes it back.")
    if explanation.copy:
        lines.append(f"As texts: {explanation.copy}.")
    score = explanation.score
    lines.append(f"As reports: {score:+.2f} points; over 0 one event is likelier than two.")
    return lines


def _list_company(explanation: Explanation) -> list[str]:
    """Return what the other articles of the two stories make of it, if it decides."""
    mean = explanation.mean
    if mean is None:
        return []
    if not explanation.together:
        between = f"Between all articles of the two stories the mean is {mean:+.2f}"
        return [f"{between}; stories join while it is over 0."]
    if explanation.score <= 0 and not explanation.copy and explanation.ruling != "pin":
        return [
            f"They stand together through the others: with the rest each has {mean:+.2f} or more."
        ]
    return []


def _list_cells(explanation: Explanation) -> list[tuple[str, str, str]]:
    """Return label, reading and points of each part that counts."""
    evidence = explanation.evidence
    names = ", ".join(explanation.shared_names[:_SHOWN_NAMES])
    readings = {
        "meaning": f"{evidence.meaning:+.1f} steps from where one event begins in these languages",
        "short": f"{evidence.short:+.1f} steps",
        "long": f"{evidence.long:+.1f} steps",
        "length": f"{2**evidence.length:.1f} times as long",
        "names": f"{evidence.names:.0%}: {names}" if names else "none",
        "days": f"{evidence.days * 24:.0f} h",
        "dates": f"{evidence.dates:.0f} apart",
        **explanation.against,
    }
    return [
        (_LABELS[name], readings.get(name, ""), f"{points:+.2f}")
        for name, points in explanation.parts.items()
        if round(points, 2)
    ]
