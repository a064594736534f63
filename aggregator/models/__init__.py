"""
The data of Tilshi, in the words of its design. Frozen; no I/O; no clock.

One module a stage of life: ``source``, ``feed``, ``article``, ``story``, ``digest``, ``thread``,
``whole``, ``alert``; and ``flag`` (why a text is not what a reader would expect), ``digest_json``
and ``whole_form`` (stored forms). All classes but those of the last three can be imported from
here.

All datetimes of all classes here are aware and in UTC, unless their name starts with ``local``. All
texts are Unicode NFC without control characters once an article has left the text stage.
"""

from aggregator.models.alert import Alert, AlertKind
from aggregator.models.article import (
    Article,
    Extent,
    Identity,
    KnownItem,
    RawArticle,
    Segment,
    SegmentKind,
    Stage,
    Translation,
)
from aggregator.models.digest import (
    Account,
    ArticleRef,
    Correction,
    Difference,
    Digest,
    DigestStory,
    Edition,
    OutletClaim,
    Passage,
    PublishedArticle,
    StoryMention,
)
from aggregator.models.feed import Feed, FeedItem, FetchResult, Redirect
from aggregator.models.picture import Picture, PictureSize
from aggregator.models.source import (
    Arrivals,
    NotNew,
    Outcome,
    Outlet,
    PollHints,
    RequestState,
    Source,
    SourceReport,
    SourceState,
)
from aggregator.models.story import Copy, Overrides, Story, Topic, pair_of
from aggregator.models.thread import ThreadText, ToldStory
from aggregator.models.whole import WholeArticle

__all__ = [
    "Account",
    "Alert",
    "AlertKind",
    "Arrivals",
    "Article",
    "ArticleRef",
    "Copy",
    "Correction",
    "Difference",
    "Digest",
    "DigestStory",
    "Edition",
    "Extent",
    "Feed",
    "FeedItem",
    "FetchResult",
    "Identity",
    "KnownItem",
    "NotNew",
    "Outcome",
    "Outlet",
    "OutletClaim",
    "Overrides",
    "Passage",
    "Picture",
    "PictureSize",
    "PollHints",
    "PublishedArticle",
    "RawArticle",
    "Redirect",
    "RequestState",
    "Segment",
    "SegmentKind",
    "Source",
    "SourceReport",
    "SourceState",
    "Stage",
    "Story",
    "StoryMention",
    "ThreadText",
    "ToldStory",
    "Topic",
    "Translation",
    "WholeArticle",
    "pair_of",
]
