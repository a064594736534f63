"""
Composing a digest. Pure: stories, articles and their English in, a digest out.

Every article of the day that the edition tells stands in exactly one story of its digest, exactly
once. A story that began on an earlier day is told again with what is new, and names what was told
before. What closed digests told and outlets have changed since stands apart
(``digest.corrections``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aggregator.digest.corrections import MOST, find_corrected
from aggregator.digest.corrections import order_corrections as in_order_of_change
from aggregator.digest.days import find_midnight
from aggregator.digest.lead_article import can_lead
from aggregator.digest.rank import order_stories
from aggregator.digest.select import admits_article, find_keywords, wants_story
from aggregator.digest.topics import topic_of
from aggregator.languages import readers_name
from aggregator.models import (
    Account,
    Article,
    ArticleRef,
    Copy,
    Correction,
    Digest,
    DigestStory,
    Passage,
    Translation,
)
from aggregator.models.flag import Flag, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from aggregator.models import Edition, Outlet, PublishedArticle, Story

__all__ = ["Material", "compose_digest", "list_untranslated"]

_NOT_IN_TIME = Flag(Reason.NOT_IN_TIME)
# A package may be at fault.
_FAILED = frozenset({Reason.FAILED, Reason.GIVEN_UP})
_NO_PACKAGE = (
    "No translation package for {} is installed; its stories stand in the original. "
    "The command tilshi packages installs one."
)
_BROKEN = (
    "A translation package could not be used; what it should have translated stands in the "
    "original. "
    "The command tilshi packages verify says what is wrong."
)


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Material:
    """
    What a digest is made of.

    Attributes:
        stories: Of the window that ends with the day; every article of the day is in exactly one.
        articles: By id; all that the stories name.
        translations: Headline and lead in English by article id; may lack some.
        outlets: By id.
        cautions: What readers are told about packages, by label.
        told: What closed digests told of articles that were edited since, by article id.
    """

    stories: Sequence[Story]
    articles: Mapping[str, Article]
    translations: Mapping[str, tuple[Passage, Passage]]
    outlets: Mapping[str, Outlet]
    cautions: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Sequence[PublishedArticle]] = field(default_factory=dict)


def compose_digest(
    edition: Edition,
    day: date,
    material: Material,
    *,
    composed: datetime,
    closed: bool,
    previous: Digest | None,
) -> Digest:
    """
    Compose the digest of a day.

    Args:
        edition: Which.
        day: Local day.
        material: See there.
        composed: Editorial time.
        closed: It will not change any more.
        previous: The digest in place, if there is one. A closed one is returned as it is.

    Returns:
        The digest; its revision is one more than the previous one's if its stories or corrections
        differ.
    """
    if previous is not None and previous.closed:
        return previous
    told = [found for story in material.stories if (found := _tell(story, day, material, edition))]
    told = [story for story in told if wants_story(edition, story)]
    heard = [story for story in told if not find_keywords(story, edition.mute)]
    followed = (replace(story, followed=find_keywords(story, edition.follow)) for story in heard)
    stories = order_stories(followed, find_midnight(day, edition.zone))
    corrections = in_order_of_change(_corrections(edition, material))
    parts: tuple[DigestStory | Correction, ...] = (*stories, *corrections)
    used = {name for part in parts for name in part.packages}
    return Digest(
        edition=edition.id,
        title=edition.title,
        day=day,
        zone=edition.zone,
        closed=closed,
        revision=_revision(stories, corrections[:MOST], previous),
        composed=composed,
        stories=stories,
        account=replace(
            _account(stories), muted=len(told) - len(heard), corrected=len(corrections)
        ),
        cautions=(
            *(material.cautions[name] for name in sorted(used) if name in material.cautions),
            *_missing(stories),
        ),
        size=edition.size,
        corrections=corrections[:MOST],
    )


def _corrections(edition: Edition, material: Material) -> list[Correction]:
    found = []
    for told, article in find_corrected(edition.id, material.told, material.articles):
        headline, lead = material.translations.get(article.id) or list_untranslated(article)
        found.append(
            Correction(
                told=told,
                article=_ref(article, Copy.BEST, material.outlets),
                headline=_flagged(headline, article.flags),
                lead=lead,
                packages=_packages((headline, lead)),
            )
        )
    return found


def _missing(stories: Sequence[DigestStory]) -> list[str]:
    """Return what readers are told, once, of languages that no package could translate."""
    flags: set[Flag] = set()
    for story in stories:
        flags.update(story.headline.flags, story.lead.flags)
    unread = sorted(flag.language for flag in flags if flag.language is not None)
    missing = [_NO_PACKAGE.format(readers_name(code)) for code in unread]
    if any(flag.reason in _FAILED for flag in flags):
        missing.append(_BROKEN)
    return missing


def list_untranslated(article: Article, flag: Flag = _NOT_IN_TIME) -> tuple[Passage, Passage]:
    """Return headline and lead in the original, saying why."""
    return _leave_untranslated(article.title, flag), _leave_untranslated(article.lead, flag)


def _leave_untranslated(text: str, flag: Flag) -> Passage:
    segment = Translation(
        source=text,
        english=None,
        flags=(flag,),
    )
    return Passage(segments=(segment,)) if text else Passage()


def _admitted(article: Article, material: Material, edition: Edition) -> bool:
    outlet = material.outlets[article.outlet_id]
    return admits_article(
        edition,
        outlet_id=outlet.id,
        language=article.language,
        official=outlet.official,
    )


def _tell(
    story: Story,
    day: date,
    material: Material,
    edition: Edition,
) -> DigestStory | None:
    known = [
        (material.articles[key], relation)
        for key, relation in story.articles
        if key in material.articles
    ]
    present = [
        (article, relation) for article, relation in known if _admitted(article, material, edition)
    ]
    today = _put_lead_first(
        [(article, relation) for article, relation in present if article.day == day], material
    )
    if not today:
        return None
    best = today[0][0]
    headline, lead = material.translations.get(best.id) or list_untranslated(best)
    earlier = [(article, relation) for article, relation in present if article.day < day]
    refs = [_ref(article, relation, material.outlets) for article, relation in today]
    return DigestStory(
        id=story.id,
        headline=_flagged(headline, best.flags),
        lead=lead,
        articles=(_first(refs[0], retold=bool(earlier)), *refs[1:]),
        earlier=tuple(
            replace(_ref(article, relation, material.outlets), text="")
            for article, relation in earlier
        ),
        packages=_packages((headline, lead)),
        topic=topic_of([article.vector for article, _ in present])[0],
    )


def _put_lead_first(
    today: list[tuple[Article, Copy]], material: Material
) -> list[tuple[Article, Copy]]:
    """Put the article first that the story is told from: the best whose headline has English, if any has."""
    lead = _find_lead(today, material)
    if lead is None or today[0][0].id == lead:
        return today
    first = []
    rest = []
    for article, relation in today:
        if article.id == lead:
            first.append((article, Copy.BEST))
        else:
            # What was the best is now another report in words of its own.
            rest.append((article, Copy.SAME_EVENT if relation is Copy.BEST else relation))
    return first + rest


def _find_lead(today: list[tuple[Article, Copy]], material: Material) -> str | None:
    """Return the id of the preferred article whose headline has English; None if none has."""
    ids = [(article.id, relation) for article, relation in today]
    languages = {article.id: article.language for article, _ in today}
    for key in can_lead(ids, languages):
        passages = material.translations.get(key)
        if passages is not None and passages[0].translated:
            return key
    return None


def _first(ref: ArticleRef, *, retold: bool) -> ArticleRef:
    # A reprint that comes a day late repeats what was told: it stays a copy, and weighs little.
    if retold and ref.relation is Copy.SAME_TEXT:
        return ref
    return replace(ref, relation=Copy.BEST)


def _flagged(headline: Passage, flags: tuple[Flag, ...]) -> Passage:
    if not flags or not headline.segments:
        return headline
    first, *rest = headline.segments
    return Passage(segments=(replace(first, flags=(*first.flags, *flags)), *rest))


def _ref(article: Article, relation: Copy, outlets: Mapping[str, Outlet]) -> ArticleRef:
    outlet = outlets[article.outlet_id]
    return ArticleRef(
        article_id=article.id,
        outlet_id=outlet.id,
        outlet=outlet.name,
        link=article.link,
        language=article.language,
        title=article.title,
        published=article.published,
        relation=relation,
        official=outlet.official,
        revision=article.revision,
        text=article.text,
    )


def _packages(passages: Iterable[Passage]) -> tuple[str, ...]:
    names = (
        segment.package for passage in passages for segment in passage.segments if segment.package
    )
    return tuple(dict.fromkeys(names))


def _revision(
    stories: tuple[DigestStory, ...], corrections: tuple[Correction, ...], previous: Digest | None
) -> int:
    if previous is None:
        return 1
    return previous.revision + ((stories, corrections) != (previous.stories, previous.corrections))


def _account(stories: Sequence[DigestStory]) -> Account:
    refs = [ref for story in stories for ref in story.articles]
    languages = Counter(ref.language for ref in refs)
    return Account(
        articles=len(refs),
        stories=len(stories),
        duplicates=sum(ref.relation is Copy.SAME_TEXT for ref in refs),
        merged=len(refs) - len(stories),
        translated=sum(story.headline.translated and bool(story.packages) for story in stories),
        original=sum(
            not (story.headline.translated and story.lead.translated) for story in stories
        ),
        languages=dict(sorted(languages.items())),
    )
