"""``tilshi whole``: a story's whole article in English, beside the original."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.digest.render.whole import render_whole, write_whole
from aggregator.digest.whole import find_stories, is_readable, plan_whole_article
from aggregator.languages import ENGLISH, readers_name
from aggregator.pipeline.whole import ask_ahead, find_seconds_left, finish_whole_article
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.digest import DayOption, EditionOption, choose_digest
from workers.cli.exits import Exit
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_drawn, print_json, progress_console, say
from workers.steps import list_read_languages, make_whole_step

if TYPE_CHECKING:
    from datetime import date

    from aggregator.models import ArticleRef, DigestStory, WholeArticle
    from workers.services import Services

__all__ = ["whole"]

_MOST_WIDTH = 120
_MINUTE = timedelta(minutes=1)


def whole(
    context: typer.Context,
    story: Annotated[
        str | None,
        typer.Argument(
            metavar="STORY",
            help="Its number in the digest, the link of one of its reports, or its id or the "
            "beginning of one.",
        ),
    ] = None,
    day: DayOption = None,
    edition: EditionOption = "daily",
    anew: Annotated[
        bool,
        typer.Option("--anew", help="Translate it again, e.g. by a package installed since."),
    ] = False,
    json: AsJson = False,
) -> None:
    """
    Read the whole article of a story in English beside the original, sentence by sentence.

    What is not there is translated at once. Without a story, the first ones of the newest closed
    digest are made, and those that readers asked for, within the day's minutes.

    Example: `tilshi whole 1`
    """
    with open_runtime(load_for_command(context)) as runtime:
        services = runtime.services
        if story is None:
            if anew:
                raise typer.BadParameter("--anew: expected a story")
            _make_waiting(services, json=json)
            return
        found, ref = _find_story(services, story, day, edition)
        made = _make_one(services, ref, anew=anew)
    if json:
        print_json({"format": "tilshi.whole/1", "story": found.id, **write_whole(made)})
        return
    screen = console()
    drawn = render_whole(
        made,
        ref,
        width=min(screen.width, _MOST_WIDTH),
        color=screen.is_terminal and not screen.no_color,
    )
    print_drawn(drawn)


def _find_story(
    services: Services, text: str, day: date | None, edition: str
) -> tuple[DigestStory, ArticleRef]:
    """Return the story that an argument means; stops the command unless it is one."""
    digest = choose_digest(services, day, edition)
    stories = find_stories(digest, text)
    if len(stories) != 1:
        means = f"may be any of {len(stories)}" if stories else "is none"
        complain(
            f"{text!r} {means} of the {len(digest.stories)} stories of {digest.day}; expected a "
            f"number from 1 to {len(digest.stories)}, the link of a report of the story, or an id "
            "as in `tilshi digest --format json`"
        )
        raise typer.Exit(Exit.USAGE)
    [found] = stories
    if not is_readable(found.best, list_read_languages(services)):
        complain(f"{found.id}: {_say_why_not(found.best)}")
        raise typer.Exit(Exit.FAILED)
    return found, found.best


def _say_why_not(ref: ArticleRef) -> str:
    """Say why nothing of an article is to be translated."""
    if ref.language == ENGLISH:
        return f"its outlet wrote it in English: {ref.link}"
    if not ref.text.strip():
        return f"its outlet gave no text; what there is stands at {ref.link}"
    return (
        f"no package reads {readers_name(ref.language)}; `tilshi packages list` says what is read"
    )


def _make_one(services: Services, ref: ArticleRef, *, anew: bool) -> WholeArticle:
    """Return a whole article; what is not there is made now."""
    step = make_whole_step(services)
    planned = plan_whole_article(ref, chars=step.bounds.chars)
    if anew:
        services.store.wholes.forget(planned.id)
    known = services.store.wholes.load([planned.id]).get(planned.id)
    if known is None:
        services.store.wholes.ask(planned)
    whole = known or planned
    screen = progress_console()
    if screen and not whole.finished:
        screen.print(f"translating {whole.size - whole.made} sentences")
    return finish_whole_article(whole, step)


def _make_waiting(services: Services, *, json: bool) -> None:
    """Make what waits, and what is to be made ahead, within the day's minutes."""
    step = make_whole_step(services)
    ask_ahead(
        services.store,
        step.bounds,
        edition=services.editions[0].id,
        languages=list_read_languages(services),
    )
    waiting = services.store.wholes.list_waiting()
    made = []
    screen = progress_console()
    for whole_id, whole in services.store.wholes.load(waiting).items():
        if screen:
            screen.print(f"translating {whole.size - whole.made} sentences")
        if finish_whole_article(whole, step, within_day=True).finished:
            made.append(whole_id)
    left_s = find_seconds_left(step)
    if json:
        left = len(waiting) - len(made)
        value = {"format": "tilshi.wholes/1", "made": made, "waiting": left, "seconds_left": left_s}
        print_json(value)
        return
    say(
        f"{len(made)} whole articles made, {len(waiting) - len(made)} wait; "
        f"{left_s / 60:.1f} of today's {step.bounds.a_day / _MINUTE:g} minutes are left"
    )
