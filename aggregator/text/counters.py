"""
Counters that outlets leave in their texts: «Қаралды: 57», «Просмотров: 1 024», "Views: 57".

They change with every poll, and are no edit. Requirement: a number of the article itself must never
be taken for one, since its edit would be lost; a counter that is missed costs a new reading. So a
number is a counter only behind a label with a colon or a dash where nothing but another counter or
the end of the sentence follows, or where label and number are all of a line.
"""

from __future__ import annotations

import re

__all__ = ["drop_counters"]

_LABELS = (
    "қаралды|қаралым(?:дар)?(?: саны)?|қаралу(?: саны)?|қаралған|көрілім(?:дер)?(?: саны)?|көрілді|"
    "оқылды|оқылым(?:дар)?(?: саны)?|пікір(?:лер)?(?: саны)?|түсініктеме(?:лер)?|ұнату(?:лар)?|"
    "qaraldy|qaraldı|qaralym|qaralım|kórilim|körilim|oqyldy|oqıldı|pikirler|"
    "(?:количество |число |всего )?(?:просмотр(?:ы|ов|а)?|прочтени[йяе]|показ(?:ы|ов)|"
    "комментари(?:и|ев|й|я)|лайк(?:и|ов|а)|репост(?:ы|ов|а))|просмотрено|прочитано|прочитали|"
    "(?:page )?views?|view count|viewed|reads|hits|comments|likes|shares"
)
_PLACES = r"\d{1,3}(?:[ .,]\d{3}(?!\d))++|\d++(?:[.,]\d)?"
_COUNT = rf"(?:{_PLACES})(?: ?(?:тыс\.?|млн|мың|[kк]))?(?: (?:раза?|рет|times))?"
_BEHIND = rf"(?= ?(?:$|[^\w\s%]|(?:{_LABELS})(?!\w)))"
_FORMS = (
    rf"(?<!\w)(?:{_LABELS}) ?[:\u2013\u2014-] ?{_COUNT}(?!\w){_BEHIND}[.;|]?",
    rf"^(?:{_LABELS}) {_COUNT}$",
    rf"^{_COUNT} (?:{_LABELS})$",
    rf"^[\U0001f440\U0001f441]\ufe0f? ?{_COUNT}$",
)
_COUNTER = re.compile("|".join(_FORMS), re.IGNORECASE | re.MULTILINE)

# What every counter has; most texts have neither, and are passed by at once.
_MAYBE = re.compile(r"[:\u2013\u2014-] ?\d|^[^\n\d]{0,30}\d[^\n]{0,40}$", re.MULTILINE)


def drop_counters(text: str) -> str:
    """
    Return a text without its counters.

    Args:
        text: Tidy, a paragraph a line.

    Returns:
        The text as it is where it has none; else without them, and without lines left empty.
    """
    if not _MAYBE.search(text):
        return text
    without = _COUNTER.sub("", text)
    if without == text:
        return text
    lines = map(str.strip, without.splitlines())
    return "\n".join(filter(None, lines))
