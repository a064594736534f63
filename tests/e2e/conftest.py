"""The demo, run once with real workers over a private store, for every test that looks at it."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from aggregator.models import Digest
from config.settings import find_shipped_file
from tests.support.command import make_environ
from tests.support.packages import STARTER
from workers.bootstrap import Runtime, open_runtime, run_worker_processes
from workers.cli.demo import DemoRun, play, write_demo_config
from workers.demo.corpus import Corpus, load_corpus
from workers.demo.server import DemoServer
from workers.services import Services
from workers.supervise import Supervisor

CLEAN = make_environ()


@dataclass(frozen=True)
class Stage:
    """A demo that is set up and not yet played."""

    corpus: Corpus
    server: DemoServer
    runtime: Runtime
    workers: Supervisor


# Four outlets of the demo in all its languages, among them a ministry, two edits and an outlet that
# answers 503 at first: 45 of its 121 articles.
FEW_OUTLETS = ("tsifra-press", "zhibek", "aziya-lenta", "steppe-courier")


def load_few_outlets() -> Corpus:
    """Return a part of the demo's world, for what is played again and again."""
    whole = load_corpus(find_shipped_file("demo"))
    outlets = tuple(outlet for outlet in whole.outlets if outlet.id in FEW_OUTLETS)
    few = replace(whole, outlets=outlets)
    known = few.sources.keys()
    articles = tuple(
        replace(article, also_in=tuple(name for name in article.also_in if name in known))
        for article in whole.articles
        if article.source_id in known
    )
    return replace(few, articles=articles)


@contextmanager
def demo_stage(
    folder: Path,
    *,
    corpus: Corpus | None = None,
    lease_s: int = 30,
    broker_url: str = "",
    packages: tuple[Path, ...] = (STARTER,),
):
    corpus = corpus or load_corpus(find_shipped_file("demo"))
    with DemoServer(corpus) as server:
        plan, file = write_demo_config(folder, server, corpus, lease_s=lease_s, packages=packages)
        if broker_url:
            file.write_text(f'{file.read_text()}\n[broker]\nurl = "{broker_url}"\n')
            from workers.loaded_config import load_config

            plan = load_config({}, file)
        with (
            open_runtime(plan) as runtime,
            run_worker_processes(
                runtime, file, beat=False, log_folder=folder / "logs", environ=CLEAN
            ) as workers,
        ):
            yield Stage(corpus, server, runtime, workers)


@dataclass(frozen=True)
class Played:
    """A demo that was played, with what it left in the store."""

    corpus: Corpus
    run: DemoRun
    articles: dict
    services: Services

    @property
    def daily(self) -> tuple[Digest, ...]:
        """Digests of the edition that tells everything, the newest first."""
        return tuple(digest for digest in self.run.digests if digest.edition == "daily")


def play_demo(stage: Stage) -> Played:
    run = play(stage.runtime, stage.server, stage.corpus, show=False)
    store = stage.runtime.services.store.articles
    days = {digest.day for digest in run.digests}
    articles = store.load(sorted({key for day in days for key in store.list_day_ids(day)}))
    return Played(stage.corpus, run, articles, stage.runtime.services)


@pytest.fixture(scope="session")
def played(tmp_path_factory) -> Played:
    """The demo, undisturbed."""
    with demo_stage(tmp_path_factory.mktemp("demo")) as stage:
        return play_demo(stage)


@pytest.fixture(scope="session")
def played_few(tmp_path_factory) -> Played:
    """A part of the demo, undisturbed."""
    with demo_stage(tmp_path_factory.mktemp("few"), corpus=load_few_outlets()) as stage:
        return play_demo(stage)


def told(digests: tuple[Digest, ...]) -> list[str]:
    """Ids of all articles told, one for each time."""
    return [
        ref.article_id for digest in digests for story in digest.stories for ref in story.articles
    ]
