"""A whole article for terminals, pipes and programs: English beside the original."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from aggregator.digest.terminal import make_canvas, write_one_line
from aggregator.digest.words import CAUTION, outlet_in_full, safe_link
from aggregator.languages import readers_name

if TYPE_CHECKING:
    from aggregator.models import ArticleRef, Translation, WholeArticle

__all__ = ["render_whole", "write_whole"]

_LEAST_WIDTH = 40
# Two columns of fewer characters than half of it are hard to read.
_BESIDE_WIDTH = 80


def write_whole(whole: WholeArticle) -> dict[str, Any]:
    """Return a whole article for programs."""
    return {
        "article": whole.article_id,
        "language": whole.language,
        "finished": whole.finished,
        "left_out": whole.left_out,
        "packages": list(whole.packages),
        "paragraphs": [
            [_write_sentence(part) for part in paragraph.segments] for paragraph in whole.paragraphs
        ],
    }


def _write_sentence(part: Translation) -> dict[str, Any]:
    return {
        "english": part.english,
        "original": part.source,
        "flags": [str(flag) for flag in part.flags],
    }


def render_whole(
    whole: WholeArticle,
    ref: ArticleRef,
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """
    Render a whole article.

    Args:
        whole: In any state.
        ref: As its digest names it.
        width: Columns; from 80 on, the original stands beside the English, else below it.
        color: With the terminal's colours and links.
    """
    width = max(width, _LEAST_WIDTH)
    screen, out = make_canvas(width, color=color)
    link = safe_link(ref.link)
    style = f"cyan link {link}" if link else "cyan"
    screen.print(
        Text(f"{readers_name(ref.language)}, {write_one_line(outlet_in_full(ref))}", style)
    )
    screen.print(Text(write_one_line(ref.title), style="bold"))
    for paragraph in whole.paragraphs:
        screen.print()
        if width >= _BESIDE_WIDTH:
            screen.print(_make_columns(paragraph.segments))
        else:
            for part in paragraph.segments:
                screen.print(_make_english(part))
                screen.print(Text(write_one_line(part.source), style="dim"))
    screen.print()
    if whole.left_out:
        screen.print(Text(f"{whole.left_out} more characters stand at the outlet's: {link}"))
    if whole.packages:
        made_by = ", ".join(map(write_one_line, whole.packages))
        screen.print(Text(f"English by {made_by}, on this machine.", style="dim"))
    screen.print(Text(CAUTION, style="dim"))
    lines = out.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _make_columns(parts: tuple[Translation, ...]) -> Table:
    table = Table.grid(padding=(0, 3, 0, 0), expand=True)
    table.add_column(ratio=1)
    table.add_column(ratio=1, style="dim")
    for part in parts:
        table.add_row(_make_english(part), Text(write_one_line(part.source)))
    return table


def _make_english(part: Translation) -> Text:
    flags = "; ".join(map(str, part.flags))
    if part.english is None:
        return Text(f"[no translation: {flags or 'not made yet'}]", style="yellow")
    line = Text(write_one_line(part.english))
    if flags:
        line.append(f" [{flags}]", style="yellow")
    return line
