"""The operator's pages, as text. Pure: how a newsroom stands in, HTML out. They work without any script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aggregator.clock import ago
from aggregator.digest.templating import environment
from aggregator.models import Stage
from aggregator.standing import spark
from aggregator.store.deliveries import DeliveryState, PartState
from aggregator.web.links import Links

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from aggregator.standing import RunRow, Standing

__all__ = ["SHOWN_LETTERS", "View", "curve", "look"]

SHOWN_LETTERS = 200
"""On one page; there may be a thousand and more."""

_PAGES = {
    "": "Overview",
    "sources": "Sources",
    "runs": "Runs",
    "letters": "Dead letters",
    "deliveries": "Deliveries",
    "packages": "Packages",
}
_STAGES = {
    Stage.FETCH: "sources to poll",
    Stage.PAGE: "pages to read",
    Stage.TEXT: "to read",
    Stage.GROUP: "to group",
    Stage.TRANSLATE: "to translate",
    Stage.COMPOSE: "to compose",
}
_BAR, _GAP, _HEIGHT = 5, 2, 24
_MB = 1_000_000


@cache
def look() -> tuple[str, bytes]:
    """Return the name and the bytes of what these pages add to the style sheet of all pages."""
    body = resources.files("aggregator.web").joinpath("templates/operator.css").read_bytes()
    return f"look-{sha256(body).hexdigest()[:10]}.css", body


def curve(days: Sequence[date], counts: Sequence[int]) -> Markup:
    """
    Draw new articles a day as bars.

    Args:
        days: In order, the last is today.
        counts: Of each.
    """
    most, width = max([*counts, 1]), len(counts) * (_BAR + _GAP)
    bars = "".join(_bar(at, count, most) for at, count in enumerate(counts))
    said = f"New articles a day since {days[0].day} {days[0]:%B}: {', '.join(map(str, counts))}" if days else ""
    return Markup(  # noqa: S704 -- numbers and dates of our own
        f'<svg class="curve" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" role="img" '
        f'aria-label="{said}">{bars}</svg>'
    )


def _when(moment: datetime | None, now: datetime) -> Markup:
    # What is due at once stands as 1970.
    if moment is None or moment.timestamp() <= 0:
        return Markup("at once") if moment else Markup("never")
    exact = f'datetime="{moment:%Y-%m-%dT%H:%M:%SZ}" title="{moment:%Y-%m-%d %H:%M:%S} UTC"'
    return Markup(f"<time {exact}>{ago(moment, now)}</time>")  # noqa: S704 -- times of our own


def _bar(at: int, count: int, most: int) -> str:
    # A single article must be seen beside hundreds, and none must be seen to be none.
    height = max(2.0, count / most * (_HEIGHT - 1)) if count else 1.0
    kind = "some" if count else "none"
    return (
        f'<rect class="{kind}" x="{at * (_BAR + _GAP)}" y="{_HEIGHT - height:.1f}" '
        f'width="{_BAR}" height="{height:.1f}"/>'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    Renders pages for one request.

    Attributes:
        version: Of the program.
        style: Name of the style sheet of all pages.
        zone: IANA name, for people.
        token: Gives what a form of an action must bring along; empty texts where nobody is logged in.
        inside: Somebody is logged in.
    """

    version: str
    style: str
    zone: str
    token: Callable[[str], str]
    inside: bool = True

    def render(self, name: str, current: str, *, said: str = "", depth: int = 1, **values: object) -> str:
        """
        Render a page.

        Args:
            name: Of the template, without ``operator_`` and its ending.
            current: Its address below ``operator/``.
            said: What was done, on top.
            depth: Folders between the page and the root.
            values: For the template.
        """
        page = environment("aggregator.web").get_template(f"operator_{name}.html.j2")
        return page.render(
            version=self.version,
            style=self.style,
            look=look()[0],
            zone=self.zone,
            token=self.token,
            inside=self.inside,
            pages=_PAGES,
            current=current,
            said=said,
            links=Links("../" * depth),
            here="../" * (depth - 1) or "./",
            curve=curve,
            spark=spark,
            stage_words=_STAGES,
            megabytes=lambda size: f"{size / _MB:,.1f} MB",
            **values,
        )

    def standing(self, name: str, current: str, found: Standing, *, said: str = "", **values: Any) -> str:
        """Render a page about how the newsroom stands."""
        groups = {
            "Failing": [row for row in found.sources if row.failures and not row.paused],
            "Polled": [row for row in found.sources if not row.failures and not row.paused],
            "Paused": [row for row in found.sources if row.paused],
        }
        return self.render(
            name, current, said=said, found=found, when=partial(_when, now=found.now), groups=groups, **values
        )

    def run(self, row: RunRow, *, said: str = "") -> str:
        """Render a run, source by source."""
        return self.render("run", "runs", said=said, depth=2, run=row)

    def deliveries(self, found: Standing, *, said: str = "") -> str:
        """Render what was told to whom."""
        rows = [
            {
                "id": str(item.id),
                "state": item.state.value,
                "dead": item.state is DeliveryState.DEAD,
                "sent": item.count(PartState.SENT),
                "doubt": item.count(PartState.DOUBT) + item.count(PartState.BEGUN),
                "refused": item.count(PartState.SKIPPED),
                "tries": item.tries,
                "due": item.due if item.state is DeliveryState.WAITING else None,
                "error": item.error,
                "at": item.at,
            }
            for item in found.deliveries
        ]
        return self.standing("deliveries", "deliveries", found, said=said, rows=rows)

    def message(self, title: str, text: str, *, current: str = "?", depth: int = 1) -> str:
        """Render a page that only says something."""
        return self.render("message", current, depth=depth, title=title, text=text)
