"""
Every key of the store, in one table.

All keys carry one hash tag, so that the scripts that touch several of them also run on Redis
Cluster (where they then share one slot; see docs/decisions.md, "One hash tag"). ``NS`` is the
setting ``store.namespace``. Times in scores are milliseconds since 1970, UTC.

    key                           type    lifetime      holds
    {NS}:schema                   string  for ever      version of all that is stored
    {NS}:mark                     hash    for ever      which store this is (``mark``)
    {NS}:wait:STAGE               zset    for ever      ids that wait for STAGE, by when they may go
    {NS}:lease:STAGE              zset    for ever      ids being worked on, by the end of the lease
    {NS}:owner:STAGE              hash    for ever      id -> token of the lease that holds it
    {NS}:tries:STAGE              hash    for ever      id -> times taken since it last moved on;
                                                        1,000 more for each lease that ran out
    {NS}:source:ID                string  for ever      state of a source between polls, JSON
    {NS}:paused                   hash    for ever      source id -> when it was paused, why, JSON
    {NS}:inside:HOST              zset    one fetch     requests that run, by the end of their lease
    {NS}:host:HOST                hash    at most 1 day when it may be asked; closed until, why
    {NS}:hosts                    zset    for ever      hosts that are closed, by until when
    {NS}:article:ID               hash    articles      one article through its stages (``codec``)
    {NS}:seen:OUTLET:DIGEST       string  identity      id of the article with this guid or address
    {NS}:day:DAY                  set     articles      ids of the articles of a local day
    {NS}:stories:DAY              string  articles      stories of the window that ends with DAY
    {NS}:corrected:DAY            hash    articles      article id -> what closed digests said of it
    {NS}:rulings                  hash    for ever      two article ids -> pin or split (overrides)
    {NS}:open                     zset    for ever      days whose digest is not closed, by day
    {NS}:closed                   zset    for ever      days whose digests are closed, by day
    {NS}:digest:EDITION:DAY       string  digests       a digest, JSON
    {NS}:digests:EDITION          zset    for ever      days that have a digest, by day
    {NS}:told:EDITION:DAY         string  told          what threads need of a digest's stories
    {NS}:whole:ID                 hash    digests       a whole article, as far as it is in English
    {NS}:wholes                   zset    digests       ids of those that are finished, by when
    {NS}:wholes:ahead             string  for ever      last closed day that some were chosen of
    {NS}:wholes:spent             hash    30 fields     local day -> ms that workers spent on them
    {NS}:picture:ID               hash    digests       address of an article's picture, what came
    {NS}:pictures                 zset    digests       ids of the articles of those kept, by when
    {NS}:pictures:bodies          hash    with them     article id -> WebP; 2,000 newest, 64 MiB
    {NS}:delivery:EDITION:DAY:CH  hash    identity      one digest on one channel, part by part
    {NS}:deliveries               zset    for ever      deliveries kept, by their beginning
    {NS}:run:ID                   hash    runs (count)  source id -> its line in the account, JSON
    {NS}:runs                     zset    for ever      ids of runs, by their start
    {NS}:lock:NAME                string  one lease     token of whoever holds it
    {NS}:hint:NAME                string  some ticks    a wakeup about NAME is on its way
    {NS}:slot:NAME                string  one slot      who won the right to do NAME in this slot
    {NS}:english                  hash    for ever      name -> translation, the newer ones; bounded
    {NS}:english:before           hash    for ever      name -> translation, the older ones
    {NS}:english:counts           hash    for ever      translations known (hits) or not (misses)
    {NS}:pages:counts             hash    for ever      pages with a text (read) or none (teaser)
    {NS}:alive:QUEUE              hash    for ever      when QUEUE last proved that it works
    {NS}:restoring:KEY            as KEY  one restore   a key of a backup that is being put back
    {NS}:flow:DAY                 hash    30 days       source id -> new articles on a local day
    {NS}:heard                    hash    for ever      source id -> when it last had something new
    {NS}:counts                   hash    for ever      what happened -> how often
    {NS}:durations:STAGE          hash    for ever      bucket -> how many tasks took no longer
    {NS}:memory                   hash    30 fields     local day -> bytes that the server used
    {NS}:letters                  zset    1,000 newest  STAGE:ARTICLE of each dead letter, by time
    {NS}:letters:why              hash    1,000 newest  STAGE:ARTICLE -> its dead letter, JSON
    {NS}:round                    hash    for ever      the canary's probe under way, the last whole
    {NS}:alerts                   hash    while raised  alert -> its state, JSON
    {NS}:notices                  zset    until sent    notices about alerts, by when they are due
    {NS}:notice:ID                hash    7 days        one notice, and channel -> state of its part

Five names are older than the words of the code: ``rulings`` holds overrides, ``hint`` wakeups,
``heard`` when sources last had something new, ``letters`` dead letters, ``round`` probes.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from aggregator.models import Stage
    from aggregator.store.deliveries import DeliveryId

__all__ = ["SCHEMA_VERSION", "Keys"]

SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True)
class Keys:
    """Key names under one namespace."""

    namespace: str

    def _key(self, *parts: str) -> str:
        return self.prefix + ":".join(parts)

    @property
    def prefix(self) -> str:
        """What every key begins with, the hash tag and a colon."""
        return f"{{{self.namespace}}}:"

    @property
    def schema(self) -> str:
        """Version of the store."""
        return self._key("schema")

    @property
    def mark(self) -> str:
        """Which store this is, and what was accepted of it."""
        return self._key("mark")

    def wait(self, stage: Stage) -> str:
        """What waits for a stage."""
        return self._key("wait", stage)

    def lease(self, stage: Stage) -> str:
        """What is being worked on."""
        return self._key("lease", stage)

    def owner(self, stage: Stage) -> str:
        """Who works on it."""
        return self._key("owner", stage)

    def tries(self, stage: Stage) -> str:
        """How often it was taken."""
        return self._key("tries", stage)

    def source(self, source_id: str) -> str:
        """State of a source."""
        return self._key("source", source_id)

    @property
    def paused(self) -> str:
        """Sources that an operator paused."""
        return self._key("paused")

    def inside(self, host: str) -> str:
        """Requests to a host that run."""
        return self._key("inside", host)

    def host(self, host: str) -> str:
        """When a host may be asked."""
        return self._key("host", host)

    @property
    def hosts(self) -> str:
        """Hosts that asked to be left alone."""
        return self._key("hosts")

    def article(self, article_id: str) -> str:
        """One article."""
        return self._key("article", article_id)

    def seen(self, outlet_id: str, name: str) -> str:
        """
        Which article an outlet's guid or address belongs to.

        ``name`` is prefixed by its kind.
        """
        digest = blake2b(name.encode(), digest_size=16).hexdigest()
        return self._key("seen", outlet_id, digest)

    @property
    def english(self) -> str:
        """Translations remembered, the newer ones."""
        return self._key("english")

    @property
    def english_before(self) -> str:
        """The older ones."""
        return self._key("english", "before")

    @property
    def english_counts(self) -> str:
        """How often they were of use."""
        return self._key("english", "counts")

    @property
    def page_counts(self) -> str:
        """What came of the pages of teasers."""
        return self._key("pages", "counts")

    def day(self, day: date) -> str:
        """Articles of a day."""
        return self._key("day", day.isoformat())

    def stories(self, day: date) -> str:
        """Stories of the window that ends with a day."""
        return self._key("stories", day.isoformat())

    def corrected(self, day: date) -> str:
        """Articles of closed days whose new words the digest of a day gives."""
        return self._key("corrected", day.isoformat())

    @property
    def overrides(self) -> str:
        """Overrides by pair of articles."""
        return self._key("rulings")

    @property
    def open(self) -> str:
        """Days that are not closed."""
        return self._key("open")

    @property
    def closed(self) -> str:
        """Days that are closed."""
        return self._key("closed")

    def digest(self, edition: str, day: date) -> str:
        """One digest."""
        return self._key("digest", edition, day.isoformat())

    def digests(self, edition: str) -> str:
        """Days of an edition."""
        return self._key("digests", edition)

    def told(self, edition: str, day: date) -> str:
        """What threads need of the stories that a digest told."""
        return self._key("told", edition, day.isoformat())

    def whole(self, whole_id: str) -> str:
        """One whole article."""
        return self._key("whole", whole_id)

    @property
    def wholes(self) -> str:
        """Whole articles that are finished."""
        return self._key("wholes")

    @property
    def wholes_ahead(self) -> str:
        """The last day that some were chosen of."""
        return self._key("wholes", "ahead")

    @property
    def wholes_spent(self) -> str:
        """Time spent on them, by day."""
        return self._key("wholes", "spent")

    def picture(self, article_id: str) -> str:
        """Where an article's picture is, and what came of it."""
        return self._key("picture", article_id)

    @property
    def pictures(self) -> str:
        """Pictures that are kept, by the ids of their articles."""
        return self._key("pictures")

    @property
    def picture_bodies(self) -> str:
        """Their bytes."""
        return self._key("pictures", "bodies")

    def delivery(self, delivery: DeliveryId) -> str:
        """One digest on one channel."""
        return self._key("delivery", delivery.edition, delivery.day.isoformat(), delivery.channel)

    @property
    def deliveries(self) -> str:
        """All deliveries kept."""
        return self._key("deliveries")

    def run(self, run_id: str) -> str:
        """Account of a run."""
        return self._key("run", run_id)

    @property
    def runs(self) -> str:
        """All runs kept."""
        return self._key("runs")

    def lock(self, name: str) -> str:
        """A lock."""
        return self._key("lock", name)

    def wakeup(self, name: str) -> str:
        """A wakeup on its way."""
        return self._key("hint", name)

    def slot(self, name: str) -> str:
        """A slot of time."""
        return self._key("slot", name)

    def alive(self, queue: str) -> str:
        """When a queue last proved that it works, and what it did then."""
        return self._key("alive", queue)

    def flow(self, day: date) -> str:
        """New articles of a day by source."""
        return self._key("flow", day.isoformat())

    @property
    def last_new(self) -> str:
        """When each source last had something new."""
        return self._key("heard")

    @property
    def counts(self) -> str:
        """What happened how often."""
        return self._key("counts")

    def durations(self, stage: str) -> str:
        """How long tasks of a stage took."""
        return self._key("durations", stage)

    @property
    def memory(self) -> str:
        """Bytes in use, day by day."""
        return self._key("memory")

    @property
    def dead_letters(self) -> str:
        """Dead letters by time."""
        return self._key("letters")

    @property
    def dead_letter_records(self) -> str:
        """Dead letters by id, in full."""
        return self._key("letters", "why")

    @property
    def probe(self) -> str:
        """The canary's probe under way, and the last whole one."""
        return self._key("round")

    @property
    def alerts(self) -> str:
        """Alerts raised."""
        return self._key("alerts")

    @property
    def notices(self) -> str:
        """Notices to be sent."""
        return self._key("notices")

    def notice(self, notice_id: str) -> str:
        """One notice."""
        return self._key("notice", notice_id)
