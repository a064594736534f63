"""``tilshi digest``: read a digest back."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.digest.render.html import render_html
from aggregator.digest.render.markdown import render_markdown
from aggregator.digest.render.text import render_text
from aggregator.models.digest_json import write_digest
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import (
    complain,
    console,
    print_document,
    print_drawn,
    print_json_text,
    writing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aggregator.models import Digest
    from workers.services import Services

__all__ = [
    "DayOption",
    "EditionOption",
    "Format",
    "check_edition",
    "choose_digest",
    "digest",
    "find_digest",
    "read_day",
    "render_digest",
]


class Format(StrEnum):
    """Forms a digest can take."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


def render_digest(digest: Digest, form: Format) -> str:
    """Return a digest in a form; text takes the width and the colours of standard output."""
    if form is Format.TEXT:
        screen = console()
        return render_text(
            digest, width=min(screen.width, 100), color=screen.is_terminal and not screen.no_color
        )
    renderers: dict[Format, Callable[[Digest], str]] = {
        Format.MARKDOWN: render_markdown,
        Format.JSON: write_digest,
        Format.HTML: render_html,
    }
    return renderers[form](digest)


def read_day(value: str) -> date:
    """Read a day from the command line."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(
            f"{value!r}: expected a day as YYYY-MM-DD, e.g. 2025-08-20"
        ) from None


DayOption = Annotated[
    date | None,
    typer.Option(
        "--date",
        parser=read_day,
        metavar="DAY",
        help="YYYY-MM-DD; default: the newest.",
    ),
]
"""Which day's digest."""

EditionOption = Annotated[str, typer.Option(help="Its id, as in editions.toml.")]
"""Which edition's."""


def digest(
    context: typer.Context,
    day: DayOption = None,
    edition: EditionOption = "daily",
    form: Annotated[Format, typer.Option("--format", "-f", help="Of the output.")] = Format.TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to a file.")] = None,
) -> None:
    """
    Print a digest, the newest by default.

    Example: `tilshi digest --date 2025-08-20 --format html -o digest.html`
    """
    text = render_digest(find_digest(context, day, edition), form)
    if output is None:
        _print_digest(text, form)
    else:
        with writing("--output", output):
            output.write_text(text, encoding="utf-8")


def _print_digest(text: str, form: Format) -> None:
    if form is Format.TEXT:
        print_drawn(text)
    elif form is Format.JSON:
        print_json_text(text)
    else:
        print_document(text)


def find_digest(context: typer.Context, day: date | None, edition: str) -> Digest:
    """
    Return a digest, the newest without a day.

    Ends the command, saying what there is, if there is none.
    """
    with open_runtime(load_for_command(context)) as runtime:
        return choose_digest(runtime.services, day, edition)


def choose_digest(services: Services, day: date | None, edition: str) -> Digest:
    """Return a digest as ``find_digest`` does, where a command works already."""
    check_edition(services, edition)
    digests = services.store.digests
    days = digests.list_days(edition)
    wanted = day or (days[0] if days else None)
    match = digests.load_digest(edition, wanted) if wanted else None
    if match is None:
        _complain_of_no_digest(edition, day, days)
        raise typer.Exit(Exit.FAILED)
    return match


def check_edition(services: Services, edition: str) -> None:
    """End the command, saying what there is, if there is no such edition."""
    known = [item.id for item in services.editions]
    if edition not in known:
        complain(f"--edition {edition}: expected one of: {', '.join(known)}")
        raise typer.Exit(Exit.USAGE)


def _complain_of_no_digest(edition: str, day: date | None, days: Sequence[date]) -> None:
    kept = ", ".join(map(str, days[:5])) or "none yet; `tilshi run` makes one"
    wanted = f" for {day}" if day else ""
    complain(f"no digest of edition {edition}{wanted}; there are: {kept}")
