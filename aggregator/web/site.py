"""
The whole site as files: the same pages as the server's, for any web server, or none.

Files are put in place whole, each by renaming, so that a reader never sees half a page;
``index.html`` comes last. What was written for a day is noted in ``.tilshi-site.json``, and a day
that has not changed is not written again, so that a daily run costs a day whatever the archive
holds. Of the pages of topics, outlets and subjects those with stories of a changed day or of later
ones are written, the newest and its neighbour among them.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING

from aggregator.digest.whole import name_whole_article
from aggregator.errors import ArchiveError
from aggregator.web import paths
from aggregator.web.links import Links
from aggregator.web.listings import (
    LISTING_SIZE,
    count_numbered,
    list_listings,
    list_subject_listings,
)
from aggregator.web.pages import read_static_files
from aggregator.web.paths import (
    FEED_NAMES,
    FORM_NAMES,
    match_path,
    name_english_feed,
)
from aggregator.web.renderer import LISTING_DAYS, list_paths_of_day

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Iterable,
        Mapping,
        Sequence,
    )
    from datetime import datetime
    from pathlib import Path

    from aggregator.models import Digest
    from aggregator.web.listings import Listing
    from aggregator.web.renderer import PageRenderer

__all__ = ["write_site"]

_NOTES = ".tilshi-site.json"


def write_site(
    renderer: PageRenderer,
    folder: Path,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """
    Write the site.

    Args:
        renderer: Its site must have no search.
        folder: Made if it is not there; files of other names in it are left alone.
        progress: Called with each day before it is written.

    Returns:
        How many files were written or changed.

    Raises:
        ArchiveError: A file cannot be written, or the copies cannot be read.
    """
    try:
        return _write_site(renderer, folder, progress)
    except OSError as error:
        raise ArchiveError(str(folder), str(error)) from error


def _write_site(
    renderer: PageRenderer,
    folder: Path,
    progress: Callable[[str], None],
) -> int:
    links = Links()
    written = 0
    for name, body in read_static_files().items():
        path = links.static(name)
        written += _put(folder, path, body)
    notes = _read_notes(folder)
    for edition in renderer.site.editions:
        written += _write_edition(
            renderer,
            folder,
            edition.id,
            notes,
            progress,
        )
    _remove_pictures(renderer, folder)
    written_notes = json.dumps(notes, indent=0, sort_keys=True)
    _put(folder, _NOTES, written_notes.encode())
    last = [
        links.outlets(),
        links.about(),
        links.sources(),
        links.front(),
    ]
    return written + _write_all(renderer, folder, last)


def _remove_pictures(renderer: PageRenderer, folder: Path) -> None:
    """
    Remove the pictures that no page shows any more, above all those of an outlet's withdrawn leave.

    Other files that lie beside them are left alone.
    """
    kept = renderer.list_picture_names()
    pictures_folder = (folder / paths.PICTURE.path).parent
    for file in pictures_folder.glob("*.webp"):
        path = file.relative_to(folder)
        matched = match_path(path.as_posix())
        is_picture = matched is not None and matched.address is paths.PICTURE
        if is_picture and file.stem not in kept:
            file.unlink()


def _write_edition(
    renderer: PageRenderer,
    folder: Path,
    edition: str,
    notes: dict[str, str],
    progress: Callable[[str], None],
) -> int:
    """Write the pages of an edition that have changed; returns how many."""
    written = 0
    changed = []
    days = renderer.archive.list_days(edition)
    for place, day in enumerate(days):
        digest = renderer.archive.find_digest(edition, day)
        if digest is None:
            continue
        key = f"{edition}/{day}"
        newer_place = max(place - 1, 0)
        neighbours = days[newer_place : place + 2]
        inputs = _hash_inputs(renderer, digest, neighbours)
        if notes.get(key) != inputs:
            progress(key)
            pictures = _list_pictures(renderer, digest)
            written += _write_all(renderer, folder, pictures)
            pages = list_paths_of_day(digest)
            written += _write_all(renderer, folder, pages)
            notes[key] = inputs
            changed.append(day)
    since = min(changed, default=None)
    listings = {
        listing: _hash_listing(renderer, listing)
        for listing in list_listings(renderer.site, edition)
    }
    written += _write_listings(
        renderer,
        folder,
        listings,
        notes,
        since,
    )
    subjects = _list_changed_subjects(
        renderer,
        edition,
        days,
        notes,
        since,
    )
    written += _write_listings(
        renderer,
        folder,
        subjects,
        notes,
        since,
    )
    around = _list_paths_around(renderer, edition, days)
    return written + _write_all(renderer, folder, around)


def _list_changed_subjects(
    renderer: PageRenderer,
    edition: str,
    days: Sequence[date],
    notes: Mapping[str, str],
    since: date | None,
) -> dict[Listing, str]:
    """
    Return the listings of subjects whose pages or feeds may differ from those written.

    Of hundreds that the archive's stories name, a day names few: theirs are written, those that a
    feed may list no longer, and those that no story names any more. One that any edition names is
    there in all, since pages lead from one to the other. Beside each stands the hash of what it
    depends on.
    """
    reach = days[:LISTING_DAYS]
    since_reach = reach[-1] if reach else date.min
    counts = renderer.archive.count_subjects(edition, since_reach)
    named = _list_named_subjects(renderer)
    changed = {}
    for listing in list_subject_listings(renderer.site, edition, renderer.site.subjects):
        subject = listing.wanted.subject
        count = counts.get(subject)
        key = listing.link(Links())
        if subject not in named and key not in notes:
            continue
        is_fed = count is not None and count.recent > 0
        listing_hash = _hash_listing(renderer, listing)
        inputs = _hash_parts([count is None, is_fed, listing_hash])
        has_new_stories = since is not None and is_fed
        if has_new_stories or notes.get(key) != inputs:
            changed[listing] = inputs
    return changed


def _list_named_subjects(renderer: PageRenderer) -> set[str]:
    """Return the ids of the subjects that any story of any edition names."""
    named: set[str] = set()
    for edition in renderer.site.editions:
        counts = renderer.archive.count_subjects(edition.id, date.min)
        named.update(counts)
    return named


def _write_listings(
    renderer: PageRenderer,
    folder: Path,
    listings: Mapping[Listing, str],
    notes: dict[str, str],
    since: date | None,
) -> int:
    """Write what has changed of listings, if days from ``since`` or their hashes have."""
    written = 0
    for listing, inputs in listings.items():
        key = listing.link(Links())
        is_same = notes.get(key) == inputs
        if is_same and since is None:
            continue
        first = _find_first_changed(renderer, listing, since) if is_same else 1
        listing_paths = _list_listing_paths(renderer, listing, first)
        written += _write_all(renderer, folder, listing_paths)
        notes[key] = inputs
    return written


def _find_first_changed(renderer: PageRenderer, listing: Listing, since: date | None) -> int:
    """Return the number of the first page that differs when days from ``since`` on have changed."""
    if since is None:
        return 1
    day_before = since - timedelta(days=1)
    before = replace(listing.wanted, until=day_before)
    # What stood before is as it was, but for the page that the changed one follows: it may have
    # led to the newest page.
    full_pages = renderer.archive.count_passing(before) // LISTING_SIZE
    return max(full_pages - 1, 1)


def _list_listing_paths(renderer: PageRenderer, listing: Listing, first: int) -> list[str]:
    """Return the addresses of a listing's pages from a number on, and of its feeds."""
    links = Links()
    total = renderer.archive.count_passing(listing.wanted)
    last = count_numbered(total)
    numbers = range(first, last + 1)
    pages = [listing.link(links, number) for number in numbers]
    names = (listing.feed, name_english_feed(listing.feed))
    forms = product(names, FORM_NAMES)
    feeds = [links.feed(listing.edition, name, form) for name, form in forms]
    return [*pages, *feeds, listing.link(links)]


def _hash_listing(renderer: PageRenderer, listing: Listing) -> str:
    """Hash what the pages of a listing depend on, but for its stories."""
    parts = [listing, *_list_form(renderer)]
    return _hash_parts(parts)


def _list_paths_around(renderer: PageRenderer, edition: str, days: Sequence[date]) -> list[str]:
    """Return the addresses of an edition that belong to no day; its newest digest's comes last."""
    links = Links()
    years = sorted({day.year for day in days})
    archives = [links.archive(edition, year) for year in years]
    forms = product(FEED_NAMES, FORM_NAMES)
    feeds = [links.feed(edition, name, form) for name, form in forms]
    subjects = [links.subjects(edition)] if renderer.site.subjects else []
    return [
        *archives,
        *feeds,
        *subjects,
        links.archive(edition),
        links.newest(edition),
    ]


def _hash_inputs(renderer: PageRenderer, digest: Digest, neighbours: tuple[date, ...]) -> str:
    """Hash what a day's pages depend on: the digest, the days beside it, the form of pages."""
    corrected = renderer.archive.find_corrected(digest.edition, digest.day)
    later = renderer.archive.find_later(digest.edition, digest.day)
    parts = [
        digest.revision,
        digest.closed,
        digest.composed,
        *neighbours,
        sorted(corrected.items()),
        sorted(later.items()),
        *_list_wholes(renderer, digest),
        *_list_pictures(renderer, digest),
        *_list_form(renderer),
    ]
    return _hash_parts(parts)


def _list_wholes(renderer: PageRenderer, digest: Digest) -> list[tuple[str, datetime]]:
    """Return which of a day's whole articles are there, and when they were finished."""
    if renderer.archive.find_last_whole() is None:
        return []
    ids = [name_whole_article(story.best) for story in digest.stories]
    times = renderer.archive.find_whole_times(ids)
    return sorted(times.items())


def _list_pictures(renderer: PageRenderer, digest: Digest) -> list[str]:
    """Return the addresses of the pictures that a day's pages show."""
    sizes = renderer.find_pictures(digest).values()
    return sorted({Links().picture(size) for size in sizes})


def _list_form(renderer: PageRenderer) -> list[object]:
    """Return what the form of every page depends on."""
    site = renderer.site
    return [
        site.version,
        site.style,
        site.script,
        site.editions,
        _hash_parts(site.subjects),
    ]


def _hash_parts(parts: Iterable[object]) -> str:
    lines = "\n".join(map(str, parts))
    fingerprint = sha256(lines.encode())
    return fingerprint.hexdigest()[:16]


def _read_notes(folder: Path) -> dict[str, str]:
    try:
        written_notes = (folder / _NOTES).read_text(encoding="utf-8")
        notes = json.loads(written_notes)
    except (FileNotFoundError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _write_all(renderer: PageRenderer, folder: Path, paths: Iterable[str]) -> int:
    """Write the files of these addresses; returns how many are new or changed."""
    written = 0
    for path in paths:
        page = renderer.find(path)
        written += _put(folder, path, page.body)
    return written


def _put(folder: Path, path: str, body: bytes) -> bool:
    """Put a file in place whole; returns whether it is new or changed."""
    target = folder / path
    if target.is_file() and target.read_bytes() == body:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.write_bytes(body)
    unfinished.replace(target)
    return True
