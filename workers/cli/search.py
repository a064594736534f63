"""``tilshi search``: stories of all digests, by words and by what they are about."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from aggregator.digest.terminal import make_canvas, write_one_line
from aggregator.digest.words import outlets, safe_link
from aggregator.search.story_index import SearchFilter
from aggregator.web.archive import Archive
from aggregator.web.refresh import copy_digests
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.digest import EditionOption, check_edition, read_day
from workers.cli.exits import Exit
from workers.cli.narrow import LanguageOption, OutletOption, TopicOption, check_outlet
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_drawn, print_json

if TYPE_CHECKING:
    from aggregator.search.hits import Hit, HitPage
    from aggregator.search.marks import MarkedText

__all__ = ["search"]

_MOST = 1000
_WIDEST = 100


def search(  # noqa: PLR0913, PLR0917  (each is an option of the command)
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(help="In any language and form.")] = None,
    since: Annotated[
        date | None,
        typer.Option("--from", parser=read_day, metavar="DAY", help="First day, YYYY-MM-DD."),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option("--to", parser=read_day, metavar="DAY", help="Last day, YYYY-MM-DD."),
    ] = None,
    outlet: OutletOption = None,
    topic: TopicOption = None,
    language: LanguageOption = None,
    edition: EditionOption = "daily",
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="Stories at most.")] = 20,
    json: AsJson = False,
) -> None:
    """
    Find stories by words, in any form and language, or by day, outlet, topic or language.

    Exit code 1 if nothing was found.

    Example: `tilshi search школа --from 2025-08-18 --language ru`
    """
    loaded = load_for_command(context)
    wanted = SearchFilter(
        edition=edition,
        since=since,
        until=until,
        outlet=outlet or "",
        topic=topic,
        language=language or "",
    )
    text = " ".join(words or ())
    if not text.strip() and wanted.is_open:
        complain(
            "nothing to search for: expected words, or one of --from --to --outlet --topic "
            "--language"
        )
        raise typer.Exit(Exit.USAGE)
    with open_runtime(loaded) as runtime:
        services = runtime.services
        check_edition(services, edition)
        check_outlet(services, outlet)
        # The page's copies, which a page that is being served keeps up to date too.
        archive = Archive(services.settings.data.folder / "archive.sqlite", services.glossary)
        copy_digests(services.store.digests, archive, [edition])
        page = archive.search(text, wanted, limit=limit)
    if json:
        print_json(_make_document(page))
    else:
        print_drawn(_draw_page(text, page))
    if not page.total:
        raise typer.Exit(Exit.FAILED)


def _make_document(page: HitPage) -> dict[str, Any]:
    return {
        "format": "tilshi.search/1",
        "total": page.total,
        "loosened": page.loosened,
        "instead": page.instead,
        "stories": [_make_row(hit) for hit in page.hits],
    }


def _make_row(hit: Hit) -> dict[str, Any]:
    best = hit.story.best
    return {
        "day": hit.day.isoformat(),
        "id": hit.story.id,
        "topic": hit.story.topic.value,
        "headline": hit.headline.text,
        "headline_original": best.title,
        "language": best.language,
        "found_in": [line.text for line in hit.lines],
        "outlets": list(dict.fromkeys(ref.outlet_id for ref in hit.story.articles)),
        "link": best.link,
    }


def _draw_page(words: str, page: HitPage) -> str:
    """Return what was found, for a terminal or a pipe."""
    screen = console()
    color = screen.is_terminal and not screen.no_color
    canvas, out = make_canvas(min(screen.width, _WIDEST), color=color)
    canvas.print(Text(_describe(words, page), style="dim"))
    for hit in page.hits:
        canvas.print()
        for line in _list_lines(hit):
            canvas.print(line)
    lines = out.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _describe(words: str, page: HitPage) -> str:
    asked = f" for “{write_one_line(words)}”" if words else ""
    if not page.total:
        return f"Nothing was found{asked}."
    pieces = []
    if page.instead:
        pieces.append(f"Nothing was found{asked}; showing “{page.instead}”.")
    elif page.loosened:
        pieces.append(
            "Nothing has these very words; these stories have words that begin like them."
        )
    shown = f", the first {len(page.hits)}" if len(page.hits) < page.total else ""
    pieces.append(f"{page.total} {'story' if page.total == 1 else 'stories'}{shown}")
    return " ".join(pieces)


def _list_lines(hit: Hit) -> list[Text]:
    link = safe_link(hit.story.best.link)
    about = Text(f"{hit.day}, ", style="dim")
    style = f"not dim cyan link {link}" if link else "not dim cyan"
    about.append(write_one_line(outlets(hit.story.articles)), style=style)
    lines = [about, _mark(hit.headline, "bold")]
    if hit.original:
        lines.append(_mark(hit.original, "dim"))
    return [*lines, *(_mark(line, "") for line in hit.lines)]


def _mark(text: MarkedText, style: str) -> Text:
    """Return a text whose words that were asked for are underlined."""
    line = Text(style=style)
    for piece, is_asked in text.pieces:
        line.append(piece.replace("\n", " "), style="underline" if is_asked else "")
    return line
