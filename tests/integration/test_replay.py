"""
Real feeds, poll by poll, through everything: no crash, no article lost, none twice.

Every outcome is accounted for.

The samples are not ours to ship. They are looked for beside the project, or where TILSHI_SHARED
points.
"""

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.models import Outcome
from tests.support.newsroom import compose, newsroom, poll, process_articles
from tests.support.servers import FeedServer, Reply
from tests.support.tiny_package import write_tiny_package

SHARED = Path(os.environ.get("TILSHI_SHARED") or Path(__file__).resolve().parents[3] / "shared")
SAMPLES = SHARED / "feeds" / "samples"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no sample feeds at {SAMPLES}")
# Every so many polls; all of them (159) take half a minute on two cores: TILSHI_REPLAY_STEP=1.
STEP = int(os.environ.get("TILSHI_REPLAY_STEP", "6"))


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """What the English says is no matter here, and the tiny package takes no time to write it."""
    return str(write_tiny_package(tmp_path_factory.mktemp("package")))


def read_moment(path):
    return datetime.strptime(path.stem, "%Y-%m-%dT%H%M%S%z").astimezone(UTC)


def count_articles(digests):
    """Return how often digests print each article."""
    counts = Counter()
    for digest in digests:
        for story in digest.stories:
            counts.update(ref.article_id for ref in story.articles)
    return counts


def replay_feed(folder, services, server):
    """Poll one replayed feed as it came, composing after each poll as the day's editor would."""
    reports = []
    polls = sorted(folder.iterdir(), key=read_moment)
    for number, path in enumerate([*polls[:-1:STEP], polls[-1]]):
        server.route("/feed", Reply(body=path.read_bytes()))
        reports += poll(services, f"r{number}", read_moment(path)).values()
        process_articles(services)
        compose(services)
    return reports


@pytest.mark.parametrize("name", ["bbc", "current_time", "feed_theins", "meduza", "zona_ca"])
def test_a_replayed_feed_is_printed_once(name, tmp_path, redis_url, package):
    with FeedServer() as server:
        polls = sorted((SAMPLES / "replay" / name).iterdir(), key=read_moment)
        services = newsroom(
            tmp_path,
            redis_url,
            {"replayed": server.url("/feed")},
            read_moment(polls[0]).isoformat(),
            TILSHI_RETENTION_IDENTITY_DAYS="365",
            TILSHI_TRANSLATE_PACKAGES=package,
        )
        reports = replay_feed(SAMPLES / "replay" / name, services, server)
    digests = compose(services, read_moment(polls[-1]) + timedelta(days=3))
    counted = count_articles(digests)

    assert {report.outcome for report in reports} <= {Outcome.OK, Outcome.EMPTY}
    assert len(counted) == sum(report.new for report in reports)
    assert set(counted.values()) <= {1}
    titles = Counter()
    for digest in digests:
        for story in digest.stories:
            titles.update(ref.title for ref in story.articles)
    assert all(count == 1 for count in titles.values()), titles.most_common(3)


@pytest.mark.parametrize("kind", ["encodings", "outlet_bytes"])
def test_sample_files_end_in_articles_with_nothing_lost(kind, tmp_path, redis_url):
    files = sorted((SAMPLES / kind).iterdir())
    with FeedServer() as server:
        feeds = {}
        for number, path in enumerate(files):
            server.route(f"/{number}", Reply(body=path.read_bytes()))
            feeds[f"sample-{number}"] = server.url(f"/{number}")
        services = newsroom(tmp_path, redis_url, feeds, "2026-11-24T12:00:00+05:00")
        first = poll(services, "r1")
        second = poll(services, "r2")

    for number, path in enumerate(files):
        report = first[f"sample-{number}"]
        again = second[f"sample-{number}"]
        assert report.outcome is Outcome.OK, (path.name, report.detail)
        assert report.items == report.new + report.stale + report.known, path.name
        assert again.new == again.updated == 0, path.name
        assert again.known + again.stale == report.items, path.name
    process_articles(services)
    digests = compose(services, datetime(2026, 11, 26, tzinfo=UTC))
    counted = count_articles(digests)
    assert len(counted) == sum(report.new for report in first.values())
    assert set(counted.values()) <= {1}
