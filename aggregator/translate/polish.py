"""A segment made ready for the model, and its English made ready for the page. Pure."""

from __future__ import annotations

import re

from aggregator.models import SegmentKind

__all__ = ["polish", "prepare"]

# A full stop after a word of three letters, a number or a bracket: neither an ellipsis nor an
# abbreviation's.
_FULL_STOP = re.compile(
    r"(?<=[^\W\d_][^\W\d_][^\W\d_]|[^\W\d_][^\W\d_][»”\")]|\d\d[%»”\")]|\d\d\d)\.$"
)
# What agencies put behind a headline, and a model that learnt from theirs. In brackets or behind a
# dash it is theirs; bare it may be the sentence's own ("caught on VIDEO").
_TAG_WORD = r"(?:PHOTOS?|VIDEOS?|INFOGRAPHICS?|KAZINFORM)"
_TAGS = rf"{_TAG_WORD}(?:(?:\s?[,+/&]\s?|\sand\s){_TAG_WORD}){{0,2}}"
_TAG = re.compile(
    rf"(?<!\s)\s*(?:(?:[-–—|]\s*)?[(\[]{_TAGS}[)\]]|[-–—|]\s*{_TAGS})$"
    r"|(?<!\s)(?<!\b[Aa])(?<!\b(?:on|in|by|of|at|to|as|or|is))(?<!\b(?:for|via|the|and|his|her|its|new))"
    r"(?<!\b(?:with|from|into|this|that))(?<!\b(?:about|under|viral|their|shows|share))"
    rf"\s+{_TAGS}$"
)
_ENDS_OPEN = re.compile(r"[^\W_][)\"”’%]*$")
_REGION = re.compile(r"\brgn\b\.?")
# Headlines have no article at their beginning, unless it counts ("A few", "A fifth of") or compares
# ("The more"), or belongs to a name ("The Astana Times").
_ARTICLE = re.compile(
    r"^(?:The|An?) (?=[a-z]+(?: |$))(?!(?:more|less|fewer|longer|higher|lower|better|worse|sooner"
    r"|later|one|ones|two|other|others|rest|same|few|little|lot|lots|number|great|good|hundred"
    r"|thousand|million|billion|dozen|couple|third|quarter|half|pair|bit|while|majority|series|day"
    r"|week|month|year|decade|hour|minute"
    r"|total|record|minority|fraction|handful)\b"
    r"|(?:fourth|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|twentieth|hundredth|thousandth)"
    r" (?:of|in|live|lives|have|has|are|is|say|says)\b)"
)
# "Bridge was opened in Aktobe": a bare participle says it as papers do. Only before a preposition
# or at the end ("Family was awarded a flat" would turn round), of a plain subject, and of no verb
# that the subject could do as well: "Iran attacked at night".
_PASSIVE = re.compile(
    r"^(?P<subject>[^:;,?!]{3,80}) (?:was|were|has been|have been) "
    r"(?!(?:attacked|shelled|bombed|invaded|raided|robbed|cheated|deceived|threatened|warned|hit|shot"
    r"|fired|voted|elected|helped|answered|called|questioned)\b(?! by\b))"
    r"(?P<done>[a-z]{3,}ed|built|held|found|sent|shown|hit|shot|sold|bought|caught)"
    r"(?P<rest>(?: (?:in|on|at|by|for|from|after|near|under|over|into|with|during|before|between"
    r"|across)\b[^,;]*)?)$"
)
_NOT_PLAIN = re.compile(
    r"^(?:I|it|he|she|they|we|you|this|these|that|those|there|some|all|both|what)\b"
    r"|\b(?:who|which|that|where|when|while|because|if|how|what|why|and|said|says|told|is|are|was"
    r"|were|has|have|had|will|would|to)\b",
    re.IGNORECASE,
)
_SPACE_BEFORE = re.compile(r"(?<! ) +(?=[,.;:!?%)](?:\s|$))")


def prepare(text: str, kind: SegmentKind) -> str:
    """Return what to give the model: one line, and a headline without a full stop."""
    line = " ".join(text.split())
    return _FULL_STOP.sub("", line) if kind == SegmentKind.HEADLINE else line


def polish(
    english: str,
    source: str,
    kind: SegmentKind,
) -> str:
    """
    Return English as a page shows it.

    A capital first if the original begins with one or is a headline; no full stop after a headline,
    one after a sentence whose original has one; no blanks before marks; ``rgn``, the shipped
    package's habit, in full; no ``(PHOTO)`` behind a headline, and of its words no article first
    and no "was" where the participle alone says it. No other word is touched.
    """
    line = " ".join(english.split())
    line = _SPACE_BEFORE.sub("", line)
    line = _REGION.sub("region", line)
    is_headline = kind == SegmentKind.HEADLINE
    first = next(filter(str.isalnum, source), "")
    if is_headline or first.isupper():
        line = line[:1].upper() + line[1:]
    if is_headline:
        return _word_as_headline(_FULL_STOP.sub("", _TAG.sub("", line))) or line
    has_stop = source.rstrip('»”") ').endswith(".")
    if has_stop and _ENDS_OPEN.search(line):
        return f"{line}."
    return line


def _word_as_headline(line: str) -> str:
    """Return a headline without what papers leave out of theirs."""
    line = _ARTICLE.sub("", line)
    passive = _PASSIVE.match(line)
    if passive and not any(map(_NOT_PLAIN.search, (passive["subject"], passive["rest"]))):
        line = f"{passive['subject']} {passive['done']}{passive['rest']}"
    return line[:1].upper() + line[1:]
