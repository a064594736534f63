"""
A headline for what has none: the post of a channel. Pure.

Theory. It is the first sentence that tells something. Posts begin with what tells nothing alone: an
alarm («СРОЧНО», «Шұғыл хабар:»), hashtags, the hour, a greeting, a ruler of dashes, emoji, a bare
address, a credit. A sentence tells something if two of its words are none of these; one word does
where there is nothing better («Землетрясение!»). An alarm before a colon, or set off by a dash, an
exclamation mark or capitals, is taken from the sentence that it announces. Hashtags within a
sentence are its words; a row of them around it is not.

To print a sentence too far down is a smaller mistake than to print «СРОЧНО», which says nothing and
makes one event of all alarms of a day. What stood before the headline is dropped from the text; it
told nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.languages import LANGUAGES
from aggregator.text.boilerplate import is_boilerplate
from aggregator.text.latin import to_cyrillic
from aggregator.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TELLING_WORDS", "Headline", "find_headline"]

# Posts have 4,096 characters at most; of a page that says otherwise no more is cut into sentences,
# which took 23 s.
_MOST_CHARS = 4096
TELLING_WORDS = 2
"""So many words of a headline tell something, or it is the best of little."""

# Emoji, bullets and flags before the first word and behind the last.
_ORNAMENT = re.compile(r"^[^\w«“„\"'(#@]+")
_BEHIND = re.compile(r"(?<![^\w.!?…»”\"')%₸$€°])[^\w.!?…»”\"')%₸$€°]++$")
_ADDRESS = re.compile(
    r"https?://\S+|(?<![\w@.])(?:www\.|t\.me/)\S+"
    r"|(?<![\w@.-])[\w-]+(?:\.[\w-]+)*\.(?:kz|com|org|ru|net|me|рф|қаз)\b\S*",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<!\w)@\w+")
_HASHTAG = re.compile(r"(?<!\w)#(\w+)")
_HASHTAGS_BEFORE = re.compile(r"^(?:#\w+[\s,|•.]*)+")
# Possessive, and from the beginning of a row alone: a post of hashtags is gone through once.
_HASHTAG_ROW = re.compile(r"(?<![\s,|•])(?:[\s,|•]*+(?<!\w)#\w++)++")
_HOUR = re.compile(r"^(?:\d{1,2}:\d{2}|\d{1,2}\.\d{2}(?=\s*[|•–—-]))\s*[|•:.,–—-]*\s*")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_ALARM_WORDS = (
    "срочно срочная срочное срочные молния внимание внимания важно важная важное официально "
    "обновлено обновление обновляется дополнено дополняется эксклюзив эксклюзивно экстренно "
    "экстренное новость новости сообщение информация инфо главное видео фото прямой эфир онлайн "
    "сейчас прямо шұғыл жедел хабар хабары хабарлама хабарландыру маңызды назар аудар аударыңыз "
    "аударыңыздар ресми жаңалық жаңалықтар жаңартылды жаңартылуда толықтырылды сурет тікелей дәл "
    "қазір ақпарат "
    "breaking news urgent update exclusive attention important video photo live"
)
_ALARMS = frozenset(_ALARM_WORDS.split())
_GREETING = re.compile(
    r"^(?:доброе утро|добрый (?:день|вечер)|всем привет|здравствуйте|спокойной ночи|дорогие друзья"
    r"|уважаемые (?:подписчики|читатели|друзья|казахстанцы)|друзья|қайырлы (?:таң|күн|кеш|түн)"
    r"|сәлем|сәлеметсіз|ассалаум\w*|құрметті (?:оқырман|достар|жазылушы)\w*|достар|good morning)"
    r"(?!\w)(?:[\s,]+\w+){0,2}[\s.!,)…]*$",
    re.IGNORECASE,
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
# What parts an alarm from what it announces.
_ANNOUNCES = re.compile(r"^[\s)»\"]*(?:[:!|.…–—-][\s:!|.…–—-]*|[^\w\s«“„\"'(#@]+\s*)")


def _list_days() -> frozenset[str]:
    """Return the beginnings of the words by which a day is named."""
    words = {"года", "год", "году", "жыл", "жылы", "жылғы", "часов", "сағат"}
    for row in LANGUAGES.values():
        words.update(row.weekdays)
        for month in row.months:
            words.update(filter(None, (month.stem, *month.words)))
    return frozenset(words)


_DAYS = tuple(_list_days())


@dataclass(frozen=True, slots=True)
class Headline:
    """
    What was found.

    Attributes:
        title: Plain text; empty if there is no sentence that tells anything.
        rest: The text behind it, a paragraph a line.
        telling: How many of its words tell something; under 2 it is the best of little.
    """

    title: str
    rest: str
    telling: int


def find_headline(text: str) -> Headline:
    """
    Find the headline of a post.

    Args:
        text: Plain, tidy, a paragraph a line; it is read as far as a post may be long.
    """
    best = Headline("", text, 0)
    for title, rest in _list_sentences(text[:_MOST_CHARS]):
        bare = _strip(title)
        telling = _count_telling(bare)
        if telling > best.telling:
            best = Headline(bare, rest + text[_MOST_CHARS:], telling)
        if telling >= TELLING_WORDS:
            break
    return best


def _list_sentences(text: str) -> Iterator[tuple[str, str]]:
    """Give each sentence with the text behind it."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        below = lines[number + 1 :]
        sentences = split_sentences(line)
        for place, sentence in enumerate(sentences, start=1):
            beside = " ".join(sentences[place:])
            parts = filter(None, (beside, *below))
            yield sentence, "\n".join(parts)


def _strip(sentence: str) -> str:
    """Return a sentence without what announces it and what stands around it."""
    bare = _ORNAMENT.sub("", sentence)
    bare = _strip_hashtags(bare)
    bare = _HOUR.sub("", _ORNAMENT.sub("", bare))
    bare = _strip_alarm(bare)
    bare = _ORNAMENT.sub("", bare)
    bare = _HASHTAG.sub(_write_hashtag, bare)
    return _BEHIND.sub("", bare)


def _strip_hashtags(text: str) -> str:
    before = _HASHTAGS_BEFORE.match(text)
    if before and not _goes_on(text[before.end() :], before[0]):
        text = text[before.end() :]
    rows = list(_HASHTAG_ROW.finditer(text))
    if not rows or rows[-1].end() < len(text):
        return text
    behind = rows[-1]
    rest = text[: behind.start()]
    is_row = behind[0].count("#") > 1 or rest.rstrip()[-1:] in ".!?…»"
    return rest if is_row else text


def _goes_on(rest: str, hashtags: str) -> bool:
    """Say whether the sentence begins with its one hashtag: «#Алматы әкімі кездесті»."""
    return hashtags.count("#") == 1 and rest[:1].islower()


def _write_hashtag(match: re.Match[str]) -> str:
    return match[1].replace("_", " ")


def _strip_alarm(sentence: str) -> str:
    """Return a sentence without the alarm before it, where something sets the two apart."""
    end = _find_alarm_end(sentence)
    alarm = sentence[:end]
    rest = sentence[end:]
    announced = _ANNOUNCES.match(rest)
    if not alarm or not rest:
        return sentence
    if announced:
        told = rest[announced.end() :]
        return told[:1].upper() + told[1:] or sentence
    is_set_off = alarm.isupper() and not rest.isupper()
    return rest.lstrip() if is_set_off else sentence


def _find_alarm_end(sentence: str) -> int:
    """Return where the words of alarm that a sentence begins with end."""
    end = 0
    for match in _WORD.finditer(sentence):
        is_beside = not sentence[end : match.start()].strip()
        if not is_beside or _fold(match[0]) not in _ALARMS:
            break
        end = match.end()
    return end


def _count_telling(sentence: str) -> int:
    """Return how many words of a sentence tell something; none of a greeting or a credit."""
    if _GREETING.search(sentence) or is_boilerplate(sentence):
        return 0
    bare = _HANDLE.sub(" ", _ADDRESS.sub(" ", sentence))
    words = map(_fold, _WORD.findall(bare))
    telling = [word for word in words if word not in _ALARMS and not word.startswith(_DAYS)]
    return len(telling)


def _fold(word: str) -> str:
    """Return a word in small letters; Kazakh in Latin letters in Cyrillic ones."""
    low = word.lower()
    return low if _CYRILLIC.search(low) or low in _ALARMS else to_cyrillic(low)
