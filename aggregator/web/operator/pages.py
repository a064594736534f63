"""
The operator's pages, as text.

Pure: a status in, HTML out. They work without any script.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from aggregator.clock import format_age
from aggregator.digest.templating import make_environment
from aggregator.operations.stage_words import STAGE_WORDS
from aggregator.operations.status import draw_spark
from aggregator.store.outbox import DeliveryState, PartState
from aggregator.web.links import Links

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from aggregator.operations.status import RunRow, Status
    from aggregator.store.deliveries import Delivery

__all__ = ["STATUS_PAGES", "View", "draw_curve", "read_style"]

# There may be a thousand and more.
_SHOWN_DEAD_LETTERS = 200

_PAGES = {
    "": "Overview",
    "sources": "Sources",
    "runs": "Runs",
    "letters": "Dead letters",
    "deliveries": "Deliveries",
    "packages": "Packages",
}
_BAR = 5
_GAP = 2
_HEIGHT = 24
_MB = 1_000_000


@cache
def read_style() -> tuple[str, bytes]:
    """Return the name and the bytes of what these pages add to the style sheet of all pages."""
    body = resources.files("aggregator.web").joinpath("templates/operator.css").read_bytes()
    return f"look-{sha256(body).hexdigest()[:10]}.css", body


def draw_curve(days: Sequence[date], counts: Sequence[int]) -> Markup:
    """Draw new articles of each of some days, the last of which is today, as bars."""
    most = max([*counts, 1])
    width = len(counts) * (_BAR + _GAP)
    bars = "".join(_draw_bar(place, count, most) for place, count in enumerate(counts))
    description = ""
    if days:
        numbers = ", ".join(map(str, counts))
        description = f"New articles a day since {days[0].day} {days[0]:%B}: {numbers}"
    return Markup(  # noqa: S704 -- numbers and dates of our own
        f'<svg class="curve" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" '
        'role="img" '
        f'aria-label="{description}">{bars}</svg>'
    )


def _show_time(moment: datetime | None, now: datetime) -> Markup:
    if moment is None:
        return Markup("never")
    # What is due at once stands as 1970.
    if moment.timestamp() <= 0:
        return Markup("at once")
    exact = f'datetime="{moment:%Y-%m-%dT%H:%M:%SZ}" title="{moment:%Y-%m-%d %H:%M:%S} UTC"'
    return Markup(f"<time {exact}>{format_age(moment, now)}</time>")  # noqa: S704 -- times of our own


def _draw_bar(place: int, count: int, most: int) -> str:
    # A single article must be seen beside hundreds, and none must be seen to be none.
    height = 1.0
    kind = "none"
    if count:
        height = max(2.0, count / most * (_HEIGHT - 1))
        kind = "some"
    return (
        f'<rect class="{kind}" x="{place * (_BAR + _GAP)}" y="{_HEIGHT - height:.1f}" '
        f'width="{_BAR}" height="{height:.1f}"/>'
    )


def _show_megabytes(size: float) -> str:
    return f"{size / _MB:,.1f} MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """
    Renders pages for one request.

    Attributes:
        style: Name of the style sheet of all pages.
        zone: IANA name, for people.
        token: Makes what a form of an action must bring along; empty texts where nobody is logged
            in.
        inside: Somebody is logged in.
    """

    version: str
    style: str
    zone: str
    token: Callable[[str], str]
    inside: bool = True

    def render(
        self, name: str, current: str, *, message: str = "", depth: int = 1, **values: object
    ) -> str:
        """
        Render a page.

        Args:
            name: Of the template, without ``operator_`` and its ending.
            current: Its address below ``operator/``.
            message: Says on top what was done; empty for nothing.
            depth: Folders between the page and the root.
            values: What the template names besides.
        """
        operator_style, _ = read_style()
        page = make_environment("aggregator.web").get_template(f"operator_{name}.html.j2")
        return page.render(
            version=self.version,
            style=self.style,
            operator_style=operator_style,
            zone=self.zone,
            token=self.token,
            inside=self.inside,
            pages=_PAGES,
            current=current,
            message=message,
            links=Links("../" * depth),
            here="../" * (depth - 1) or "./",
            curve=draw_curve,
            spark=draw_spark,
            stage_words=STAGE_WORDS,
            megabytes=_show_megabytes,
            **values,
        )

    def render_status(
        self, name: str, current: str, status: Status, *, message: str = "", **values: Any
    ) -> str:
        """Render a page about the status; ``values`` are for the template."""
        polled = [row for row in status.sources if not row.paused]
        failing = [row for row in polled if row.failures]
        good = [row for row in polled if not row.failures]
        paused = [row for row in status.sources if row.paused]
        groups = {"Failing": failing, "Polled": good, "Paused": paused}
        values |= {
            "status": status,
            "groups": groups,
            "when": partial(_show_time, now=status.now),
        }
        return self.render(name, current, message=message, **values)

    def render_run(self, row: RunRow, *, message: str = "") -> str:
        """Render a run, source by source."""
        return self.render(
            "run",
            "runs",
            message=message,
            depth=2,
            run=row,
        )

    def render_message(
        self,
        title: str,
        text: str,
        *,
        current: str = "?",
        depth: int = 1,
    ) -> str:
        """Render a page that only says something."""
        return self.render(
            "message",
            current,
            depth=depth,
            title=title,
            text=text,
        )


def _make_delivery_row(delivery: Delivery) -> dict[str, object]:
    """Return a delivery for the template."""
    is_waiting = delivery.state is DeliveryState.WAITING
    in_doubt = delivery.count(PartState.DOUBT) + delivery.count(PartState.BEGUN)
    return {
        "id": str(delivery.id),
        "state": delivery.state.value,
        "dead": delivery.state is DeliveryState.DEAD,
        "sent": delivery.count(PartState.SENT),
        "doubt": in_doubt,
        "refused": delivery.count(PartState.SKIPPED),
        "tries": delivery.tries,
        "due": delivery.due if is_waiting else None,
        "error": delivery.error,
        "at": delivery.at,
    }


def _render_overview(view: View, status: Status, message: str) -> str:
    return view.render_status("overview", "", status, message=message)


def _render_sources(view: View, status: Status, message: str) -> str:
    return view.render_status("sources", "sources", status, message=message)


def _render_runs(view: View, status: Status, message: str) -> str:
    return view.render_status("runs", "runs", status, message=message)


def _render_dead_letters(view: View, status: Status, message: str) -> str:
    return view.render_status(
        "dead_letters",
        "letters",
        status,
        message=message,
        most=_SHOWN_DEAD_LETTERS,
    )


def _render_deliveries(view: View, status: Status, message: str) -> str:
    rows = [_make_delivery_row(delivery) for delivery in status.deliveries]
    return view.render_status(
        "deliveries",
        "deliveries",
        status,
        message=message,
        rows=rows,
    )


def _render_packages(view: View, status: Status, message: str) -> str:
    return view.render_status("packages", "packages", status, message=message)


STATUS_PAGES: dict[str, Callable[[View, Status, str], str]] = {
    "": _render_overview,
    "sources": _render_sources,
    "runs": _render_runs,
    "letters": _render_dead_letters,
    "deliveries": _render_deliveries,
    "packages": _render_packages,
}
"""Pages about the status, by their address below ``operator/``."""
