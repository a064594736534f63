"""
Texts that are hard on a pattern, made of the pattern itself, and how its time grows with them.

What makes ``re`` slow is told by a pattern's own parts: something that repeats without end behind
something that may begin anywhere (``<a[^>]*>`` in ``<a<a<a``), two such parts that take the same
letters, one within another. So each part that repeats gives texts: what stands before it once and
then the part again and again; both again and again; what stands before it, or behind it, alone.
None of them ends as the pattern wants it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import partial
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    _Use = Callable[[re.Pattern[Any], Any], None]

__all__ = ["HARD_TEXTS", "HardText", "find_growth", "grows_faster", "list_hard_texts"]

# Letters by which a class is tried; those of it that a pattern names come first.
_PROBES = " \na1A<>-.!:/@=&\"'(_,жЖ\xa0\u0301\0"
_PER_CLASS = 3
_MANY = 30
_END = "\0"
_ENDS = (_END, " ", "a", "<", "1")
_REPEATS = frozenset({code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT})
_VARIANTS = 3

# Letters of the texts. From a few on and by small steps, as some patterns would never end on a
# hundred; then by fours.
_SIZES = (8, 12, 16, 20, 24, 28, 32, 40, 52, 68, 88, 116, 152, 200, 264, 348, 512, 2048, 8192)
# What grew on these is looked at on longer ones, until it is sure.
_LONGER_SIZES = (32_768, 131_072)
_SHORTER = 4
# A text of four times the length takes a linear pattern four times as long at most, a quadratic one
# sixteen times where the square outweighs the rest. No time by itself says anything, as machines
# differ.
_PERHAPS = 5
_SURELY = 8
# Processor seconds after which no longer text is tried, however fast the machine.
_LONG_S = 0.01
# Other work can make a time longer and never shorter, so the shortest counts; of many, before a
# pattern is accused of a short time, as a machine that is shared may be slow for a while.
_ROUNDS = 3
_SURE_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class HardText:
    """A text of any length: a beginning, then one piece again and again, then an end."""

    start: str
    piece: str
    end: str = _END

    def make(self, chars: int) -> str:
        """Return it, about so long."""
        return self.start + self.piece * (chars // len(self.piece)) + self.end


HARD_TEXTS = tuple(
    HardText("", piece) for piece in (" ", "\n", "a", "а", "1", ".", "<", "a. ", "<a ")
)
"""Runs that are hard on many."""


def list_hard_texts(pattern: re.Pattern[Any]) -> list[HardText]:
    """Return texts that its own parts make hard for a pattern, none twice."""
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    tree = parser.parse(
        text, pattern.flags & ~re.DEBUG & ~(re.UNICODE if _is_bytes(pattern) else 0)
    )
    texts: dict[HardText, None] = {}
    for loop in _list_loops(list(tree), ("",), ("",)):
        units = (loop.piece, loop.before + loop.piece, loop.before, loop.after, loop.after[:-1])
        for unit in filter(None, units):
            texts[HardText(loop.before, unit, loop.end)] = None
    for whole in _sample(list(tree), full=True)[:_VARIANTS]:
        if len(whole) > 1:
            texts[HardText("", whole[:-1])] = None
    return list(texts)


def _is_bytes(pattern: re.Pattern[Any]) -> bool:
    return isinstance(pattern.pattern, bytes)


@dataclass(frozen=True, slots=True)
class _Loop:
    """A part that repeats: one turn of it, what stands around it, and what it does not take."""

    before: str
    piece: str
    after: str
    end: str


def _list_loops(
    nodes: list[Any], before: tuple[str, ...], after: tuple[str, ...]
) -> Iterator[_Loop]:
    """Give each part that repeats without end, in some variants."""
    for place, (operator, value) in enumerate(nodes):
        heads = _join(before, nodes[:place])
        tails = _join(after, nodes[place + 1 :], behind=True)
        if operator in _REPEATS and value[1] >= _MANY:
            pieces = [piece for piece in _sample(list(value[2]), full=True) if piece]
            end = _find_end(list(value[2]))
            for piece in pieces[: _PER_CLASS + 2]:
                for head in heads:
                    yield _Loop(head, piece, tails[-1], end)
        for inner in _list_inner(operator, value):
            yield from _list_loops(inner, heads[:2], tails[:2])


def _join(texts: tuple[str, ...], nodes: list[Any], *, behind: bool = False) -> tuple[str, ...]:
    """Return texts with what nodes take put behind them, or before them; the lean ones first."""
    samples = [text for full in (False, True) for text in _sample(nodes, full=full)[:2]]
    joined = [sample + text if behind else text + sample for text in texts for sample in samples]
    return tuple(dict.fromkeys(joined))[:_VARIANTS]


def _find_end(body: list[Any]) -> str:
    """Return a letter that a part which repeats does not begin with."""
    begun = {text[:1] for text in _sample(body, full=True)}
    operator, value = body[0]
    taken = _make_test(value) if operator is code.IN else begun.__contains__
    ends = [letter for letter in _ENDS if not taken(letter)]
    return ends[0] if ends else _END


def _list_inner(operator: Any, value: Any) -> list[list[Any]]:
    """Return the sequences within a node."""
    if operator in _REPEATS:
        return [list(value[2])]
    if operator is code.SUBPATTERN:
        return [list(value[3])]
    if operator is code.ATOMIC_GROUP:
        return [list(value)]
    if operator is code.BRANCH:
        return [list(branch) for branch in value[1]]
    if operator in (code.ASSERT, code.ASSERT_NOT):
        return [list(value[1])]
    return []


def _sample(nodes: list[Any], *, full: bool) -> list[str]:
    """
    Return some texts that a sequence of nodes takes, roughly.

    Args:
        full: What may be left out stands in them once.
    """
    texts = [""]
    for operator, value in nodes:
        parts = _sample_node(operator, value, full=full)
        longest = max(len(texts), len(parts))
        texts = [texts[n % len(texts)] + parts[n % len(parts)] for n in range(longest)]
    return list(dict.fromkeys(texts))


def _sample_node(operator: Any, value: Any, *, full: bool) -> list[str]:
    if operator in (code.LITERAL, code.IN, code.NOT_LITERAL, code.ANY):
        return [chr(value)] if operator is code.LITERAL else _sample_class(operator, value)
    if operator in _REPEATS:
        low, high, body = value
        turns = max(low, 1) if full and high else low
        return [text * turns for text in _sample(list(body), full=full)] if turns else [""]
    if operator is code.BRANCH:
        return [text for branch in value[1] for text in _sample(list(branch), full=full)[:2]]
    if operator is code.ASSERT:
        return _sample(list(value[1]), full=full)[:1]
    if operator in (code.SUBPATTERN, code.ATOMIC_GROUP):
        [inner] = _list_inner(operator, value)
        return _sample(inner, full=full)
    return [""]


def _sample_class(operator: Any, value: Any) -> list[str]:
    if operator is code.ANY:
        return ["a", " ", "<"]
    nodes = [(code.NOT_LITERAL, value)] if operator is code.NOT_LITERAL else value
    named = [chr(what) for kind, what in nodes if kind is code.LITERAL]
    named += [chr(what[0]) for kind, what in nodes if kind is code.RANGE]
    is_in = _make_test(nodes)
    found = [letter for letter in (*named, *_PROBES) if is_in(letter)]
    return list(dict.fromkeys(found))[:_PER_CLASS] or [""]


def _make_test(nodes: list[Any]) -> Callable[[str], bool]:
    """Return what says whether a letter is in a class."""
    positive = [node for node in nodes if node[0] is not code.NEGATE]
    wanted = len(positive) == len(nodes)

    def is_in(letter: str) -> bool:
        return any(_takes(kind, what, letter) for kind, what in positive) is wanted

    return is_in


_CATEGORIES = {
    code.CATEGORY_DIGIT: r"\d",
    code.CATEGORY_NOT_DIGIT: r"\D",
    code.CATEGORY_SPACE: r"\s",
    code.CATEGORY_NOT_SPACE: r"\S",
    code.CATEGORY_WORD: r"\w",
    code.CATEGORY_NOT_WORD: r"\W",
}


def _takes(kind: Any, what: Any, letter: str) -> bool:
    if kind is code.LITERAL:
        return bool(ord(letter) == what)
    if kind is code.NOT_LITERAL:
        return bool(ord(letter) != what)
    if kind is code.RANGE:
        return bool(what[0] <= ord(letter) <= what[1])
    if kind is code.CATEGORY:
        return re.fullmatch(_CATEGORIES[what], letter) is not None
    return False


def find_growth(pattern: re.Pattern[Any], texts: Iterable[HardText], uses: Iterable[str]) -> str:
    """
    Return the text on which a pattern takes more than linear time; empty if there is none.

    Args:
        uses: Methods of the pattern that the product calls.
    """
    for use in uses:
        run = _USES.get(use, _search)
        for text in texts:
            if grows_faster(partial(_measure, run, pattern, text)):
                return f"{use} of {text.start!r} + {text.piece!r} * n + {text.end!r}"
    return ""


def _search(pattern: re.Pattern[Any], text: Any) -> None:
    for _ in pattern.finditer(text):
        pass


def _match(pattern: re.Pattern[Any], text: Any) -> None:
    pattern.match(text)


def _fullmatch(pattern: re.Pattern[Any], text: Any) -> None:
    pattern.fullmatch(text)


_USES: dict[str, _Use] = {
    "match": _match,
    "fullmatch": _fullmatch,
}


def grows_faster(measure: Callable[[int], float]) -> bool:
    """
    Say whether time grows faster than the text.

    Args:
        measure: Gives the seconds that a text of so many letters takes; longer ones by chance,
            shorter ones never.
    """
    chars = _find_last(measure)
    shorter = min(measure(max(1, chars // _SHORTER)) for _ in range(_ROUNDS))
    return measure(chars) >= _PERHAPS * shorter and any(_judge(measure, chars))


def _find_last(measure: Callable[[int], float]) -> int:
    """Return the length of text on which a time is long for the first time; else the last."""
    for chars in _SIZES[:-1]:
        # Asked again, since the machine has other work, and the interpreter its garbage.
        if measure(chars) > _LONG_S and min(measure(chars) for _ in range(_ROUNDS)) > _LONG_S:
            return chars
    return _SIZES[-1]


def _judge(measure: Callable[[int], float], chars: int) -> Iterator[bool]:
    """Give whether time surely grows faster, for longer and longer texts until that is plain."""
    for size in (chars, *(longer for longer in _LONGER_SIZES if longer > chars)):
        whole, ratio = _compare(measure, size, _ROUNDS)
        is_long = whole > _LONG_S * _SHORTER
        yield ratio > _SURELY and (is_long or _compare(measure, size, _SURE_ROUNDS)[1] > _SURELY)
        if ratio < _PERHAPS or is_long:
            return


def _compare(measure: Callable[[int], float], chars: int, rounds: int) -> tuple[float, float]:
    """Return the time of a text, and how many times that of a quarter of it that is."""
    pairs = [(measure(chars), measure(max(1, chars // _SHORTER))) for _ in range(rounds)]
    whole, shorter = map(min, zip(*pairs, strict=True))
    return whole, whole / shorter


def _measure(run: _Use, pattern: re.Pattern[Any], text: HardText, chars: int) -> float:
    made = text.make(chars)
    whole = made.encode("latin-1", errors="replace") if _is_bytes(pattern) else made
    started = time.process_time()
    run(pattern, whole)
    return time.process_time() - started
