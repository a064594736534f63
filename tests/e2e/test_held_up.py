"""
What would hold up whoever reads it, among what would not, through real workers: nobody pays for it.

One source answers with what its kind never comes to the end of, one with a megabyte that used to
take a search the square of its length; four others are fine. One of these lists an article that
took minutes to cut into sentences, beside six that do not.
"""

import time
from datetime import UTC, datetime, timedelta
from importlib import invalidate_caches

import pytest

from aggregator.models import Outcome
from tests.support.command import make_environ
from tests.support.held_up import INNOCENT, POISON, POISON_TITLE, make_feed
from tests.support.packages import STARTER
from tests.support.redis import private_redis
from tests.support.servers import FeedServer, Reply
from workers.bootstrap import open_runtime, run_worker_processes
from workers.loaded_config import load_config
from workers.run_once import run_once

pytestmark = pytest.mark.e2e

KIND = """
import re

class Endless:
    name = "endless"
    def wanted_address(self, url): return ""
    def check(self, options): return {}
    def parse(self, result, source, *, default_zone):
        re.match("(a|a)*b", "a" * 80)
"""
PUBLISHED = datetime(2025, 8, 20, 4, tzinfo=UTC)


def make_reply(*articles):
    return Reply(body=make_feed(articles, PUBLISHED))


def write_config(folder, server, redis_url):
    package = folder / "package"
    info = package / "endless_kind-1.0.dist-info"
    info.mkdir(parents=True)
    (package / "endless_kind.py").write_text(KIND)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: endless-kind\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[tilshi.source_kinds]\nendless = endless_kind:Endless\n"
    )
    rows = {"bad-kind": 'kind = "endless"\n', "bad-page": ""}
    rows |= {f"good-{number}": "" for number in range(4)}
    (folder / "sources.toml").write_text(
        "".join(
            f'[[outlet]]\nid = "{name}"\nname = "{name}"\nhome = "https://{name}.example/"\n'
            f'[[outlet.source]]\nid = "{name}"\nurl = "{server.url(f"/{name}")}"\n{lines}'
            for name, lines in rows.items()
        )
    )
    settings = folder / "tilshi.toml"
    settings.write_text(
        f'[data]\nfolder = "{folder}"\n[translate]\npackages = ["{STARTER}"]\n'
        f'[sources]\nfile = "{folder / "sources.toml"}"\n[store]\nurl = "{redis_url}"\n'
        '[fetch]\nallow_private = ["127.0.0.1"]\nhost_at_once = 64\nhost_gap_s = 0\n'
        '[clock]\nas_of = "2025-08-20T13:00:00+05:00"\n[schedule]\nlease_s = 5\n'
    )
    return settings


@pytest.fixture
def environ(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(tmp_path / "package"))
    clean = make_environ()
    return clean | {"PYTHONPATH": str(tmp_path / "package")}


def test_nobody_pays_for_what_would_hold_up_whoever_reads_it(tmp_path, environ):
    with private_redis() as redis, FeedServer() as server:
        server.route("/bad-kind", Reply(body="anything"))
        server.route("/bad-page", Reply(body="<html>" + "<title " * 140_000))
        for number in range(1, 4):
            title = f"Новость номер {number}"
            server.route(f"/good-{number}", make_reply((title, f"{title}.")))
        articles = [(title, f"{title}.") for title in INNOCENT]
        server.route("/good-0", make_reply(*articles[:3], (POISON_TITLE, POISON), *articles[3:]))
        settings = write_config(tmp_path, server, redis.url)
        invalidate_caches()
        with (
            open_runtime(load_config({}, settings)) as runtime,
            run_worker_processes(
                runtime, settings, beat=False, log_folder=tmp_path / "logs", environ=environ
            ),
        ):
            services = runtime.services
            account = run_once(
                services,
                run_id="r",
                everything=True,
                deadline=services.clock.now() + timedelta(minutes=4),
                pause=time.sleep,
                progress=lambda _left, _polled: None,
            )
            states = services.store.queues.load_source_states(sorted(services.sources))
            [day] = {digest.day for digest in account.digests}
            stored = services.store.articles.load(sorted(services.store.articles.list_day_ids(day)))

    outcomes = {report.source_id: report.outcome for report in account.reports}
    good = {name: outcome for name, outcome in outcomes.items() if name.startswith("good")}
    assert set(good.values()) == {Outcome.OK}
    assert len(good) == 4
    assert outcomes["bad-kind"] == Outcome.NOT_A_FEED
    assert "was stopped" in states["bad-kind"].detail
    assert outcomes["bad-page"] == Outcome.NOT_A_FEED
    told = {
        item.article.title
        for item in stored.values()
        if item.passages and item.passages[0].translated
    }
    assert set(INNOCENT) <= told
