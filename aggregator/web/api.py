"""
The same digests for machines: JSON over HTTP, paged, read-only, described by OpenAPI. Version 1.

Functions that answer a route are called as OpenAPI calls what they give, because it takes the
names of its operations from them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, HTTPException, Query

from aggregator.digest.whole import name_whole_article
from aggregator.digest.words import note, note_of, safe_link
from aggregator.languages import ENGLISH, Language
from aggregator.models import Topic
from aggregator.names.subjects import SubjectGroup
from aggregator.search.story_index import SearchFilter
from aggregator.web.api_forms import (
    ClaimOut,
    CorrectionOut,
    DifferenceOut,
    DigestOut,
    Digests,
    EditionOut,
    MentionOut,
    Missing,
    NameOut,
    Names,
    ReportOut,
    SearchOut,
    SentenceOut,
    Stories,
    StoryOut,
    WholeOut,
)
from aggregator.web.links import Links, make_absolute

if TYPE_CHECKING:
    from aggregator.models import (
        ArticleRef,
        Correction,
        Difference,
        Digest,
        DigestStory,
        StoryMention,
    )
    from aggregator.names.subjects import Subject
    from aggregator.search.subject_index import SubjectCount
    from aggregator.web.renderer import PageRenderer

__all__ = ["make_api"]


_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Missing, "description": Missing.__doc__}
}
_PAGE = 50
_LARGEST_PAGE = 200

_Offset = Annotated[
    int,
    Query(
        ge=0,
        le=1_000_000,
        description="Items passed over",
    ),
]
_Limit = Annotated[
    int,
    Query(
        ge=1,
        le=_LARGEST_PAGE,
        description="Items returned at most",
    ),
]


def _find_english_title(ref: ArticleRef) -> str:
    if ref.language == ENGLISH:
        return ref.title
    is_there = ref.headline.segments and ref.headline.translated
    return ref.headline.text if is_there else ""


def _make_report(ref: ArticleRef) -> ReportOut:
    return ReportOut(
        outlet=ref.outlet,
        outlet_en=ref.outlet_en,
        outlet_id=ref.outlet_id,
        official=ref.official,
        link=safe_link(ref.link),
        language=ref.language,
        title=ref.title,
        title_en=_find_english_title(ref),
        published=ref.published,
        relation=ref.relation.value,
    )


def _make_mention(edition: str, mention: StoryMention, address: str) -> MentionOut:
    return MentionOut(
        day=mention.day,
        story=mention.story,
        headline=mention.headline,
        language=mention.language,
        certain=mention.certain,
        outlets=list(mention.outlets),
        page=make_absolute(address, Links().story(edition, mention.day, mention.story)),
    )


def _make_story(
    renderer: PageRenderer,
    edition: str,
    day: date,
    story: DigestStory,
) -> StoryOut:
    reports = [_make_report(ref) for ref in story.articles]
    earlier = [_make_report(ref) for ref in story.earlier]
    link = Links().story(edition, day, story.id)
    return StoryOut(
        id=story.id,
        edition=edition,
        day=day,
        topic=story.topic,
        headline=story.headline.text,
        headline_original=story.headline.original,
        certain=story.certain,
        lead=story.lead.text,
        lead_original=story.lead.original,
        translated=story.headline.translated and story.lead.translated,
        note=note(story),
        packages=list(story.packages),
        followed=list(story.followed),
        reports=reports,
        earlier=earlier,
        names=renderer.archive.list_subjects_of(edition, day, story.id),
        thread=[_make_mention(edition, mention, renderer.site.address) for mention in story.thread],
        differences=[_make_difference(difference) for difference in story.differences],
        page=make_absolute(renderer.site.address, link),
    )


def _make_whole(renderer: PageRenderer, story: DigestStory) -> WholeOut:
    whole = renderer.archive.find_whole(name_whole_article(story.best))
    if whole is None:
        raise HTTPException(404, f"the whole article of story {story.id} is not in English")
    paragraphs = [
        [
            SentenceOut(
                english=part.english, original=part.source, flags=list(map(str, part.flags))
            )
            for part in paragraph.segments
        ]
        for paragraph in whole.paragraphs
    ]
    return WholeOut(
        article=whole.article_id,
        language=whole.language,
        packages=list(whole.packages),
        paragraphs=paragraphs,
        left_out=whole.left_out,
    )


def _make_difference(difference: Difference) -> DifferenceOut:
    claims = []
    for claim in difference.claims:
        made = ClaimOut(
            outlet=claim.outlet,
            language=claim.language,
            published=claim.published,
            value=claim.value,
            words=claim.words,
        )
        claims.append(made)
    return DifferenceOut(what=difference.what, claims=claims)


def _make_correction(item: Correction) -> CorrectionOut:
    return CorrectionOut(
        day=item.told.day,
        story=item.told.story,
        headline=item.headline.text,
        headline_original=item.headline.original,
        headline_before=item.told.headline.text,
        headline_original_before=item.told.headline.original,
        lead=item.lead.text,
        lead_original=item.lead.original,
        lead_before=item.told.lead.text,
        lead_original_before=item.told.lead.original,
        note=note_of(item.headline, item.lead),
        packages=list(item.packages),
        report=_make_report(item.article),
    )


def _make_digest(digest: Digest, address: str) -> DigestOut:
    return DigestOut(
        edition=digest.edition,
        day=digest.day,
        title=digest.title,
        zone=digest.zone,
        closed=digest.closed,
        revision=digest.revision,
        composed=digest.composed,
        stories=digest.account.stories,
        articles=digest.account.articles,
        languages=digest.account.languages,
        corrections=[_make_correction(item) for item in digest.corrections],
        page=make_absolute(address, Links().digest(digest.edition, digest.day)),
    )


def make_api(renderer: PageRenderer) -> FastAPI:
    """Return the application that is mounted at ``paths.API``."""
    application = FastAPI(
        title="Tilshi",
        version="1",
        description="Digests of Kazakhstan's press in English, by machine translation. Read-only.",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # to an address made of whatever host the request names
    )
    _add_editions(application, renderer)
    _add_stories(application, renderer)
    _add_wholes(application, renderer)
    _add_names(application, renderer)
    return application


def _check_edition(renderer: PageRenderer, edition: str) -> None:
    if renderer.site.find_edition(edition) is None:
        known = ", ".join(item.id for item in renderer.site.editions)
        raise HTTPException(404, f"edition {edition!r}: expected one of {known}")


def _find_digest(renderer: PageRenderer, edition: str, day: date) -> Digest:
    _check_edition(renderer, edition)
    digest = renderer.archive.find_digest(edition, day)
    if digest is None:
        raise HTTPException(404, f"edition {edition} has no digest of {day}")
    return digest


def _add_editions(application: FastAPI, renderer: PageRenderer) -> None:
    address = renderer.site.address

    @application.get("/editions", summary="All editions")
    def editions() -> list[EditionOut]:
        rows = []
        for item in renderer.site.editions:
            days = renderer.archive.list_days(item.id)
            rows.append(
                EditionOut(
                    id=item.id,
                    title=item.title,
                    days=len(days),
                    newest=days[0] if days else None,
                )
            )
        return rows

    @application.get(
        "/editions/{edition}/digests",
        summary="Digests of an edition, the newest first",
        responses=_NOT_FOUND,
    )
    def digests(edition: str, offset: _Offset = 0, limit: _Limit = _PAGE) -> Digests:
        _check_edition(renderer, edition)
        days = renderer.archive.list_days(edition)
        part = [renderer.archive.find_digest(edition, day) for day in days[offset : offset + limit]]
        items = [_make_digest(item, address) for item in part if item]
        return Digests(total=len(days), offset=offset, items=items)

    @application.get(
        "/editions/{edition}/digests/{day}",
        summary="One digest, without its stories",
        responses=_NOT_FOUND,
    )
    def digest(edition: str, day: date) -> DigestOut:
        return _make_digest(_find_digest(renderer, edition, day), address)


def _add_stories(application: FastAPI, renderer: PageRenderer) -> None:
    @application.get(
        "/editions/{edition}/digests/{day}/stories",
        summary="Stories of a digest, in reading order",
        responses=_NOT_FOUND,
    )
    def stories(
        edition: str,
        day: date,
        topic: Topic | None = None,
        offset: _Offset = 0,
        limit: _Limit = _PAGE,
    ) -> Stories:
        digest = _find_digest(renderer, edition, day)
        wanted = [story for story in digest.stories if topic in (None, story.topic)]
        part = wanted[offset : offset + limit]
        items = [_make_story(renderer, edition, day, story) for story in part]
        return Stories(total=len(wanted), offset=offset, items=items)

    @application.get(
        "/editions/{edition}/digests/{day}/stories/{story_id}",
        summary="One story",
        responses=_NOT_FOUND,
    )
    def story(edition: str, day: date, story_id: str) -> StoryOut:
        for item in _find_digest(renderer, edition, day).stories:
            if item.id == story_id:
                return _make_story(renderer, edition, day, item)
        raise HTTPException(404, f"the digest of {day} has no story {story_id!r}")

    @application.get(
        "/editions/{edition}/search",
        summary="Stories that have all words, in any form and language, the newest first",
        responses=_NOT_FOUND,
    )
    def search(  # noqa: PLR0913, PLR0917  (each is a parameter of the address)
        edition: str,
        q: Annotated[
            str,
            Query(
                max_length=200,
                description="Words; without any, all stories that pass the filter",
            ),
        ] = "",
        since: Annotated[date | None, Query(alias="from", description="First day")] = None,
        until: Annotated[date | None, Query(alias="to", description="Last day")] = None,
        outlet: Annotated[
            str, Query(max_length=80, description="Id of one that has a report in the story")
        ] = "",
        topic: Topic | None = None,
        language: Annotated[
            Language | None, Query(description="BCP 47, of one of the story's reports")
        ] = None,
        name: Annotated[
            str, Query(max_length=80, description="Id of one that the story names")
        ] = "",
        offset: _Offset = 0,
        limit: _Limit = 20,
    ) -> SearchOut:
        _check_edition(renderer, edition)
        if outlet and outlet not in renderer.site.outlets:
            raise HTTPException(404, f"outlet {outlet!r}: expected the id of one that is followed")
        if name and name not in renderer.site.subjects:
            raise HTTPException(404, f"name {name!r}: expected an id as {edition}/names has them")
        wanted = SearchFilter(
            edition=edition,
            since=since,
            until=until,
            outlet=outlet,
            topic=topic,
            language=language or "",
            subject=name,
        )
        if not q.strip() and wanted.is_open:
            raise HTTPException(422, "q: expected words, or a filter")
        page = renderer.archive.search(q, wanted, offset=offset, limit=limit)
        items = [_make_story(renderer, hit.edition, hit.day, hit.story) for hit in page.hits]
        return SearchOut(
            total=page.total,
            offset=offset,
            items=items,
            loosened=page.loosened,
            instead=page.instead,
        )


def _add_wholes(application: FastAPI, renderer: PageRenderer) -> None:
    @application.get(
        "/editions/{edition}/digests/{day}/stories/{story_id}/whole",
        summary="The whole article of a story in English, if it was made",
        responses=_NOT_FOUND,
    )
    def whole(edition: str, day: date, story_id: str) -> WholeOut:
        for item in _find_digest(renderer, edition, day).stories:
            if item.id == story_id:
                return _make_whole(renderer, item)
        raise HTTPException(404, f"the digest of {day} has no story {story_id!r}")


def _add_names(application: FastAPI, renderer: PageRenderer) -> None:
    @application.get(
        "/editions/{edition}/names",
        summary="People, places and bodies that stories name, the most named of late first",
        responses=_NOT_FOUND,
    )
    def names(
        edition: str,
        days: Annotated[
            int, Query(ge=1, le=366, description="How many days, up to the newest, are recent")
        ] = 7,
        group: SubjectGroup | None = None,
        offset: _Offset = 0,
        limit: _Limit = _PAGE,
    ) -> Names:
        _check_edition(renderer, edition)
        subjects = renderer.site.subjects
        counts = renderer.count_subjects(edition, days)
        ids = [key for key in counts if key in subjects and group in (None, subjects[key].group)]
        ids.sort(key=lambda key: (-counts[key].recent, -counts[key].total, key))
        part = ids[offset : offset + limit]
        items = [_make_name(renderer, edition, subjects[key], counts[key]) for key in part]
        return Names(total=len(ids), offset=offset, items=items)


def _make_name(
    renderer: PageRenderer, edition: str, subject: Subject, count: SubjectCount
) -> NameOut:
    return NameOut(
        id=subject.id,
        group=subject.group,
        name=subject.english,
        kazakh=subject.kazakh,
        russian=subject.russian,
        recent=count.recent,
        stories=count.total,
        newest=count.newest,
        page=make_absolute(renderer.site.address, Links().subject(edition, subject.id)),
    )
