"""``tilshi demo``: the whole way, from bundled feeds to a page, with nothing else installed."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.digest.reader import list_stories
from aggregator.digest.whole import is_readable, plan_whole_article
from aggregator.models import Stage
from aggregator.web.links import Links
from config.places import find_models_folder
from config.settings import Settings, find_shipped_file
from workers.bootstrap import Runtime, open_runtime, run_worker_processes
from workers.cli.exits import Exit
from workers.cli.keeping import show_progress
from workers.cli.output import complain, console, print_json, writing
from workers.cli.root import DEMO_FILE
from workers.cli.run import exit_when_late, print_account, run_and_wait
from workers.demo.corpus import load_corpus
from workers.demo.feeds import write_catalog
from workers.demo.server import DemoServer
from workers.embedded import is_in_use
from workers.loaded_config import LoadedConfig, load_config
from workers.logs import configure
from workers.pages import write_whole_site
from workers.steps import list_read_languages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aggregator.models import Digest
    from workers.demo.corpus import Corpus
    from workers.run_once import RunAccount
    from workers.services import Services

__all__ = ["DemoRun", "demo", "play", "write_demo_config"]

_OUTPUT = DEMO_FILE.parents[1]

_TO_TRY = (
    "read",
    "search school",
    "digest --date 2025-08-19",
    "whole 1",
    "status",
    "deliver --dry-run",
    "web",
)
_TIMEOUT = timedelta(minutes=10)
_MOST_THREADS = 4
_WHOLES_S = 60.0
_PAUSE_S = 0.2


@dataclass(frozen=True, slots=True)
class DemoRun:
    """What the demo came to: the accounts of both polls, and every digest, the newest day first."""

    accounts: tuple[RunAccount, ...]
    digests: tuple[Digest, ...]


def write_demo_config(
    folder: Path,
    server: DemoServer,
    corpus: Corpus,
    lease_s: int = 30,
    *,
    models: Path | None = None,
    packages: Sequence[Path] = (),
) -> tuple[LoadedConfig, Path]:
    """
    Write the demo's settings and sources to a folder and read them as any command would.

    Args:
        folder: Holds everything the demo makes.
        server: Plays the outlets.
        corpus: Whose first poll is the editorial time.
        lease_s: How soon a dead worker's articles come back.
        models: Where models are built; a folder that lasts spares the next demo half a minute.
        packages: Translation packages; those that ship if none are given.

    Returns:
        The configuration, and the settings file for workers.
    """
    sources = folder / "sources.toml"
    channels = folder / "channels.toml"
    settings = folder / DEMO_FILE.name
    models = models or folder / "unpacked"
    listed = ", ".join(f'"{package}"' for package in packages)
    sources.write_text(write_catalog(corpus, server.base_url), encoding="utf-8")
    channels.write_text(
        f'[[channel]]\nid = "demo"\nkind = "folder"\nfolder = "{folder / "sent"}"\n',
        encoding="utf-8",
    )
    # Beside the file itself, so that a world that is moved or copied is not another's.
    settings.write_text(
        f'[data]\nfolder = "."\nmodels = "{models}"\n'
        f"[translate]\npackages = [{listed}]\nthreads = {_count_threads()}\n"
        f'[sources]\nfile = "{sources.name}"\n'
        f'[deliver]\nfile = "{channels.name}"\n'
        '[fetch]\nallow_private = ["127.0.0.1"]\ncontact = "the demo, on loopback"\nhost_at_once '
        "= 64\nhost_gap_s = 0\n"
        f'[clock]\nas_of = "{corpus.polls[0].isoformat()}"\n'
        f"[schedule]\nlease_s = {lease_s}\n",
        encoding="utf-8",
    )
    return load_config({}, settings), settings


def _count_threads() -> int:
    """Nothing else is at work here while the last sentences are translated."""
    return min(os.cpu_count() or 1, _MOST_THREADS)


def play(
    runtime: Runtime,
    server: DemoServer,
    corpus: Corpus,
    *,
    show: bool,
) -> DemoRun:
    """Poll the demo's outlets at both of its moments, with whatever workers there are."""
    accounts = []
    for number, moment in enumerate(corpus.polls, start=1):
        server.poll = number
        runtime.services.as_of = moment.isoformat()
        accounts.append(
            run_and_wait(
                runtime,
                everything=True,
                timeout=_TIMEOUT,
                show=show,
            )
        )
    return DemoRun(tuple(accounts), tuple(_read_digests(runtime.services)))


def _read_digests(services: Services) -> Iterator[Digest]:
    store = services.store.digests
    for edition in services.editions:
        stored = (store.load_digest(edition.id, day) for day in store.list_days(edition.id))
        yield from filter(None, stored)


def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the pages, and for the demo's world.")
    ] = _OUTPUT,
    json: Annotated[
        bool, typer.Option("--json", help="Print the accounts as JSON, without progress.")
    ] = False,
) -> None:
    """
    Make a digest from bundled feeds, to see how everything works, without network or settings.

    A small newspaper world of three days is served on loopback and polled twice, by real workers
    over a private store. All its articles but one were written for it; what is made of them is what
    would be made of any feed. The world stays in the folder: every command works on it.

    Example: `tilshi demo --output /tmp/demo`
    """
    started = time.monotonic()
    configure("error", "text")
    corpus = load_corpus(find_shipped_file("demo"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TILSHI_")}
    # The model is built where real use will look for it, and the next demo.
    models = find_models_folder(Settings.load(os.environ, None))
    world = _clear_world(output)
    with DemoServer(corpus) as server:
        loaded, file = write_demo_config(world, server, corpus, models=models)
        with exit_when_late(), open_runtime(loaded) as runtime, ExitStack() as until_end:
            workers = run_worker_processes(
                runtime,
                file,
                beat=False,
                log_folder=output / "logs",
                environ=clean,
            )
            _build_models(
                runtime.services,
                show=not json,
                begun=lambda: until_end.enter_context(workers),
            )
            played = play(runtime, server, corpus, show=not json)
            _make_wholes(runtime.services, played.digests[0])
            pages = _write_pages(output, runtime.services, played.digests)
        # Whatever is tried later happens when the second poll did, or the digests would be old.
        _move_clock(file, corpus)
    if json:
        runs = [account.as_json() for account in played.accounts]
        print_json(
            {"format": "tilshi.demo/1", "pages": [str(page) for page in pages], "runs": runs}
        )
        return
    _print_outcome(played, corpus, pages, time.monotonic() - started)
    _print_what_to_try(file)


def _move_clock(settings: Path, corpus: Corpus) -> None:
    """Let the editorial clock stand at the last poll."""
    text = settings.read_text(encoding="utf-8")
    first, last = corpus.polls[0].isoformat(), corpus.polls[-1].isoformat()
    settings.write_text(text.replace(first, last), encoding="utf-8")


def _clear_world(output: Path) -> Path:
    """Return the folder of the demo's world, empty; one that a command works on is left alone."""
    with writing("--output", output):
        return _make_world((output / DEMO_FILE.parent.name).resolve())


def _make_world(world: Path) -> Path:
    settings = world / DEMO_FILE.name
    if world.exists() and any(world.iterdir()) and not settings.is_file():
        complain(f"{world}: holds something else, expected no folder or an earlier demo's world")
        raise typer.Exit(Exit.USAGE)
    if settings.is_file() and is_in_use(world):
        complain(f"{world}: another command works on it; stop that first, or give --output")
        raise typer.Exit(Exit.USAGE)
    shutil.rmtree(world, ignore_errors=True)
    world.mkdir(parents=True)
    return world


def _build_models(services: Services, *, show: bool, begun: Callable[[], object]) -> None:
    """
    Build before the first poll, so that the reader sees what takes so long the first time.

    Args:
        services: Whose models.
        show: Show how far it is.
        begun: Called once, as soon as the build is under way or there is none: a build leaves a
            core to the workers, which start meanwhile and wait for the model.
    """
    begin = cache(begun)
    with show_progress("building the translation model, once (layers)", wanted=show) as told:

        def tell(done: int, total: int) -> None:
            begin()
            told(done, total)

        services.told_building = tell
        services.engine.build()
    begin()


def _make_wholes(services: Services, newest: Digest) -> None:
    """
    Have the top story's article made by the workers, and those of the digest that closed last.

    They are there: it takes some seconds. What is not done in time is done by `tilshi whole`.
    """
    bounds = services.settings.translate.whole_bounds()
    wholes = services.store.wholes
    top = list_stories(newest)[0][1].best
    if is_readable(top, list_read_languages(services)):
        wholes.ask(plan_whole_article(top, chars=bounds.chars))
    ends = time.monotonic() + _WHOLES_S
    while wholes.list_waiting() and time.monotonic() < ends:
        services.wakeups.send(Stage.WHOLE.value)
        time.sleep(_PAUSE_S)


def _write_pages(output: Path, services: Services, digests: tuple[Digest, ...]) -> list[Path]:
    """Write the site; returns its first page, then the page of each digest."""
    write_whole_site(services, output)
    links = Links()
    paths = [links.front()]
    paths += [links.digest(digest.edition, digest.day) for digest in digests]
    return [(output / path).resolve() for path in paths]


def _print_outcome(
    played: DemoRun,
    corpus: Corpus,
    pages: list[Path],
    seconds: float,
) -> None:
    screen = console()
    for moment, account in zip(corpus.polls, played.accounts, strict=True):
        screen.print(f"poll of {moment:%d %B %Y, %H:%M} (Almaty)", style="bold")
        print_account(account)
        screen.print()
    screen.print(
        f"done in {seconds:.0f} s; every sentence was translated on this machine. Read the digests:"
    )
    for page in pages:
        screen.print(f"  {page.as_uri()}", soft_wrap=True)


def _print_what_to_try(settings: Path) -> None:
    """Name the commands that work on what the demo left."""
    screen = console()
    here = settings.resolve() == DEMO_FILE.resolve()
    tilshi = "tilshi --demo" if here else f"tilshi --config {settings}"
    screen.print("\nIts world stays. Try, for example:")
    for words in _TO_TRY:
        screen.print(f"  {tilshi} {words}", soft_wrap=True)
