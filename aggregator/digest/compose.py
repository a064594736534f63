"""
Composing a digest. Pure: stories, articles and their English in, a digest out.

Every article of the day that the edition admits stands in exactly one story of its digest, exactly
once. A story that began on an earlier day comes again with what is new, and names what was printed
before. What closed digests printed and outlets have changed since stands apart
(``digest.corrections``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING

from aggregator.digest.corrections import MOST, find_corrected, order_corrections
from aggregator.digest.days import find_midnight
from aggregator.digest.differences import find_differences
from aggregator.digest.lead_article import list_reports, rank_leads
from aggregator.digest.rank import order_stories
from aggregator.digest.select import admits_article, find_keywords, wants_story
from aggregator.digest.topics import find_topic
from aggregator.languages import name_in_sentence
from aggregator.models import (
    Account,
    Article,
    ArticleRef,
    Copy,
    Correction,
    Digest,
    DigestStory,
    Passage,
    StoryMention,
    Translation,
)
from aggregator.models.flag import Flag, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from aggregator.models import Edition, Outlet, PublishedArticle, Story

    # An article of a story, and how it relates to the article that leads it.
    _Report = tuple[Article, Copy]

__all__ = ["Material", "compose_digest", "list_untranslated"]

_NOT_IN_TIME = Flag(Reason.NOT_IN_TIME)
# A package may be at fault.
_FAILED = frozenset({Reason.FAILED, Reason.GIVEN_UP})
# To readers, who install nothing; what operators do about it stands in docs/operations.md.
_NO_PACKAGE = "No translation package for {} is installed; its stories stand in the original."
_BROKEN = (
    "A translation package could not be used; what it should have translated stands in the "
    "original."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """
    What a digest is made of.

    Attributes:
        stories: Of the window that ends with the day; every article of the day is in exactly one.
        articles: By id; all that the stories name.
        translations: Headline and lead in English by article id; may lack some.
        headlines: Headlines in English by article id, of reports that lead no story too; may lack
            some.
        outlets: By id.
        cautions: What readers should know of packages, by label.
        told: What closed digests printed of articles that were edited since, by article id.
        threads: What stories go on with, by story id; of one edition, as another may not have
            printed it.
    """

    stories: Sequence[Story]
    articles: Mapping[str, Article]
    translations: Mapping[str, tuple[Passage, Passage]]
    outlets: Mapping[str, Outlet]
    headlines: Mapping[str, Passage] = field(default_factory=dict)
    cautions: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Sequence[PublishedArticle]] = field(default_factory=dict)
    threads: Mapping[str, tuple[StoryMention, ...]] = field(default_factory=dict)


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
        edition: Its articles, topics and keywords decide what comes in.
        day: Local day.
        material: Of the whole window, for any edition.
        composed: Editorial time.
        closed: It will not change any more.
        previous: The digest in place, if there is one. A closed one is returned as it is.

    Returns:
        The digest; its revision is one more than the previous one's if its stories or corrections
        differ.
    """
    if previous is not None and previous.closed:
        return previous
    wanted = _list_wanted(edition, day, material)
    heard = [story for story in wanted if not find_keywords(story, edition.mute)]
    followed = _mark_followed(heard, edition)
    midnight = find_midnight(day, edition.zone)
    stories = order_stories(followed, midnight)
    corrections = order_corrections(_make_corrections(edition, material))
    shown = corrections[:MOST]
    account = replace(
        _count_account(stories),
        muted=len(wanted) - len(heard),
        corrected=len(corrections),
    )
    return Digest(
        edition=edition.id,
        title=edition.title,
        day=day,
        zone=edition.zone,
        closed=closed,
        revision=_find_revision(stories, shown, previous),
        composed=composed,
        stories=stories,
        account=account,
        cautions=(
            *_list_cautions((*stories, *corrections), material.cautions),
            *_list_missing(stories),
        ),
        size=edition.size,
        corrections=shown,
    )


def _list_wanted(
    edition: Edition,
    day: date,
    material: Material,
) -> list[DigestStory]:
    """Return the stories that an edition has articles of on a day, about its topics."""
    wanted = []
    for story in material.stories:
        made = _make_story(story, day, material, edition)
        if made is not None and wants_story(edition, made):
            wanted.append(made)
    return wanted


def _mark_followed(
    stories: Iterable[DigestStory],
    edition: Edition,
) -> Iterator[DigestStory]:
    for story in stories:
        yield replace(story, followed=find_keywords(story, edition.follow))


def _make_corrections(
    edition: Edition,
    material: Material,
) -> list[Correction]:
    corrections = []
    changed = find_corrected(edition.id, material.told, material.articles)
    for published, article in changed:
        headline, lead = _find_english(article, material)
        correction = Correction(
            told=published,
            article=_make_ref(article, Copy.BEST, material),
            headline=_add_flags(headline, article.flags),
            lead=lead,
            packages=_list_packages((headline, lead)),
        )
        corrections.append(correction)
    return corrections


def _list_cautions(
    parts: Iterable[DigestStory | Correction],
    cautions: Mapping[str, str],
) -> list[str]:
    """Return what readers should know of the packages that were used."""
    used: set[str] = set()
    for part in parts:
        used.update(part.packages)
    return [cautions[name] for name in sorted(used) if name in cautions]


def _list_missing(stories: Sequence[DigestStory]) -> list[str]:
    """Return what readers should know, once, of languages that no package could translate."""
    flags: set[Flag] = set()
    for story in stories:
        flags.update(story.headline.flags, story.lead.flags)
    languages = [flag.language for flag in flags if flag.language is not None]
    unread = sorted(languages)
    missing = [_NO_PACKAGE.format(name_in_sentence(code)) for code in unread]
    if any(flag.reason in _FAILED for flag in flags):
        missing.append(_BROKEN)
    return missing


def list_untranslated(
    article: Article,
    flag: Flag = _NOT_IN_TIME,
) -> tuple[Passage, Passage]:
    """Return headline and lead in the original, saying why."""
    return _leave_untranslated(article.title, flag), _leave_untranslated(article.lead, flag)


def _leave_untranslated(text: str, flag: Flag) -> Passage:
    if not text:
        return Passage()
    segment = Translation(
        source=text,
        english=None,
        flags=(flag,),
    )
    return Passage(segments=(segment,))


def _find_english(
    article: Article,
    material: Material,
) -> tuple[Passage, Passage]:
    """Return headline and lead in English, or in the original where there is none yet."""
    return material.translations.get(article.id) or list_untranslated(article)


def _is_admitted(
    article: Article,
    material: Material,
    edition: Edition,
) -> bool:
    outlet = material.outlets[article.outlet_id]
    return admits_article(
        edition,
        outlet_id=outlet.id,
        language=article.language,
        official=outlet.official,
    )


def _make_story(
    story: Story,
    day: date,
    material: Material,
    edition: Edition,
) -> DigestStory | None:
    """Return a story as an edition prints it; None if it has nothing of the day."""
    admitted = _list_admitted(story, material, edition)
    today = [report for report in admitted if report[0].day == day]
    earlier = [report for report in admitted if report[0].day < day]
    if not today:
        return None
    told = _list_told(today)
    today = _put_lead_first(today, material)
    best, _ = today[0]
    headline, lead = _find_english(best, material)
    first, *others = _make_refs(today, material)
    rest = [ref if ref.article_id in told else _leave_title(ref) for ref in others]
    earlier_refs = [_leave_title(ref) for ref in _make_refs(earlier, material)]
    lead_ref = _leave_title(_mark_best(first, repeated=bool(earlier)))
    vectors = [article.vector for article, _ in admitted]
    topic, _ = find_topic(vectors)
    return DigestStory(
        id=story.id,
        headline=_add_flags(headline, best.flags),
        lead=lead,
        articles=(lead_ref, *rest),
        earlier=tuple(replace(ref, text="") for ref in earlier_refs),
        packages=_list_packages((headline, lead, *(ref.headline for ref in rest))),
        topic=topic,
        thread=material.threads.get(story.id, ()),
        differences=find_differences((lead_ref, *rest)),
    )


def _list_told(today: Sequence[_Report]) -> set[str]:
    """
    Return the reports whose headlines are shown in English.

    Others may have been translated on the way, as the story grew; a digest depends on its articles
    alone, and not on the order in which they came.
    """
    ids = [(article.id, relation) for article, relation in today]
    languages = {article.id: article.language for article, _ in today}
    return set(list_reports(ids, languages))


def _leave_title(ref: ArticleRef) -> ArticleRef:
    return replace(ref, headline=Passage())


def _list_admitted(
    story: Story,
    material: Material,
    edition: Edition,
) -> list[_Report]:
    """Return the articles of a story, of any day, that an edition may print."""
    admitted = []
    for article_id, relation in story.articles:
        article = material.articles.get(article_id)
        if article is not None and _is_admitted(article, material, edition):
            admitted.append((article, relation))
    return admitted


def _put_lead_first(today: list[_Report], material: Material) -> list[_Report]:
    """
    Put the article first that leads the story.

    It is the best whose headline has English, or the best of all if none has.
    """
    lead = _find_lead(today, material)
    if lead is None or today[0][0].id == lead:
        return today
    first = []
    rest = []
    for article, relation in today:
        if article.id == lead:
            first.append((article, Copy.BEST))
        elif relation is Copy.BEST:
            # What was the best is now another report in words of its own.
            rest.append((article, Copy.SAME_EVENT))
        else:
            rest.append((article, relation))
    return first + rest


def _find_lead(today: list[_Report], material: Material) -> str | None:
    """Return the id of the preferred article whose headline has English; None if none has."""
    ids = [(article.id, relation) for article, relation in today]
    languages = {article.id: article.language for article, _ in today}
    for article_id in rank_leads(ids, languages):
        passages = material.translations.get(article_id)
        if passages is not None and passages[0].translated:
            return article_id
    return None


def _mark_best(ref: ArticleRef, *, repeated: bool) -> ArticleRef:
    # A reprint that comes a day late repeats old news: it stays a copy, and weighs little.
    if repeated and ref.relation is Copy.SAME_TEXT:
        return ref
    return replace(ref, relation=Copy.BEST)


def _add_flags(headline: Passage, flags: tuple[Flag, ...]) -> Passage:
    if not flags or not headline.segments:
        return headline
    first, *rest = headline.segments
    flagged = replace(first, flags=(*first.flags, *flags))
    return Passage(segments=(flagged, *rest))


def _make_refs(
    reports: Iterable[_Report],
    material: Material,
) -> list[ArticleRef]:
    return [_make_ref(article, relation, material) for article, relation in reports]


def _make_ref(
    article: Article,
    relation: Copy,
    material: Material,
) -> ArticleRef:
    outlet = material.outlets[article.outlet_id]
    return ArticleRef(
        article_id=article.id,
        outlet_id=outlet.id,
        outlet=outlet.name,
        outlet_en=outlet.name_en,
        link=article.link,
        language=article.language,
        title=article.title,
        published=article.published,
        relation=relation,
        official=outlet.official,
        revision=article.revision,
        text=article.text,
        headline=material.headlines.get(article.id, Passage()),
    )


def _list_packages(passages: Iterable[Passage]) -> tuple[str, ...]:
    """Return the packages that translated some passages, each once, in order."""
    segments = chain.from_iterable(passage.segments for passage in passages)
    names = [segment.package for segment in segments if segment.package]
    return tuple(dict.fromkeys(names))


def _find_revision(
    stories: tuple[DigestStory, ...],
    corrections: tuple[Correction, ...],
    previous: Digest | None,
) -> int:
    if previous is None:
        return 1
    same = stories == previous.stories and corrections == previous.corrections
    return previous.revision if same else previous.revision + 1


def _count_account(stories: Sequence[DigestStory]) -> Account:
    refs = list(chain.from_iterable(story.articles for story in stories))
    languages = Counter(ref.language for ref in refs)
    copies = [ref for ref in refs if ref.relation is Copy.SAME_TEXT]
    english_headlines = [story for story in stories if story.headline.translated]
    translated = _count_translated(english_headlines)
    partly = [story for story in english_headlines if not story.lead.translated]
    return Account(
        articles=len(refs),
        stories=len(stories),
        duplicates=len(copies),
        merged=len(refs) - len(stories),
        translated=translated,
        original=len(stories) - len(english_headlines),
        languages=dict(sorted(languages.items())),
        written=len(english_headlines) - translated,
        partly=len(partly),
    )


def _count_translated(stories: Iterable[DigestStory]) -> int:
    """Return how many of some stories a package translated."""
    return sum(bool(_list_packages((story.headline,))) for story in stories)
