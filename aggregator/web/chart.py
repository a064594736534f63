"""
The week in a picture: articles a day by language as bars, stories as a line of dots.

SVG, without scripts or styles. Colours are classes of the page's style sheet, so that they follow
light and dark. A description in words stands in the picture's title, and the numbers stand in the
page as a table for who cannot see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from aggregator.languages import KAZAKH, KAZAKH_LATIN, RUSSIAN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from aggregator.models import Account

__all__ = ["GROUPS", "count_by_group", "draw_week"]

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Kazakh", (KAZAKH, KAZAKH_LATIN)),
    ("Russian", (RUSSIAN,)),
    ("English and other", ()),
)
"""Languages as the chart parts them; the last group takes the rest."""

_WIDTH = 400
_HEIGHT = 150
_FOOT = 22
_HEAD = 16
_BAR = 0.56  # of a day's width
_DOT = 4


def count_by_group(account: Account) -> tuple[int, ...]:
    """Return a day's articles by the groups of the chart."""
    named = [_count_articles(account, tags) for _, tags in GROUPS[:-1]]
    return (*named, account.articles - sum(named))


def _count_articles(account: Account, tags: Sequence[str]) -> int:
    return sum(account.languages.get(tag, 0) for tag in tags)


def draw_week(days: Sequence[date], accounts: Mapping[date, Account]) -> Markup:
    """
    Draw some days.

    Args:
        days: In order, at least one; one without an account has no bar.
    """
    most = max([account.articles for account in accounts.values()] + [1])
    step = _WIDTH / len(days)
    scale = (_HEIGHT - _FOOT - _HEAD) / most
    parts = []
    for number, day in enumerate(days):
        parts.append(_draw_day(number, day, accounts.get(day), step, scale))
    return Markup(  # noqa: S704 -- numbers and names of our own
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'aria-labelledby="chart-title">'
        f'<title id="chart-title">Articles by language and stories, {days[0]:%d %B} to '
        f"{days[-1]:%d %B}</title>"
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT - _FOOT}" y2="{_HEIGHT - _FOOT}"/>'
        f"{''.join(parts)}</svg>"
    )


def _draw_day(
    number: int,
    day: date,
    account: Account | None,
    step: float,
    scale: float,
) -> str:
    """Draw a day: its name, its bars one on another, the dot of its stories."""
    middle = (number + 0.5) * step
    floor = _HEIGHT - _FOOT
    label = (
        f'<text x="{middle:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{day:%a} {day.day}</text>'
    )
    if account is None:
        return label
    top = float(floor)
    parts = []
    for kind, count in enumerate(count_by_group(account)):
        height = count * scale
        top -= height
        x = middle - step * _BAR / 2
        width = step * _BAR
        parts.append(
            f'<rect class="b{kind}" x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}"/>'
        )
    dot = floor - account.stories * scale
    parts.append(f'<circle class="dot" cx="{middle:.1f}" cy="{dot:.1f}" r="{_DOT}"/>')
    # Above the dot too, where every article is a story of its own.
    parts.append(
        f'<text x="{middle:.1f}" y="{min(top, dot - _DOT) - _DOT:.1f}" '
        f'text-anchor="middle">{account.articles}</text>'
    )
    return "".join(parts) + label
