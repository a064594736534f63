"""
Every pattern of the product takes time that grows as its text does, whoever wrote the text.

One that takes the square of it, on one article, stops whoever runs it for minutes: a search holds
the interpreter, so that neither a thread nor a signal gets in.
"""

import ast
import re
from collections import defaultdict
from dataclasses import fields, is_dataclass
from importlib import import_module
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.growth import HARD_TEXTS, find_growth, grows_faster, list_hard_texts
from tests.support.modules import module_name, modules, parse_module

# Methods that look for a pattern anywhere count as one; the others begin at one place.
ANYWHERE = {"search", "finditer", "findall", "sub", "subn", "split"}
FIXED = {"match", "fullmatch"}


def list_modules():
    return [
        path
        for path in modules("aggregator", "workers", "config")
        if "re.compile(" in path.read_text(encoding="utf-8")
    ]


def import_file(path):
    name = module_name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return import_module(name)


def find_patterns(value):
    """Give the patterns within a value of a module."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(find_patterns, chain(value.keys(), value.values())))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from chain.from_iterable(map(find_patterns, value))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from find_patterns(getattr(value, field.name, None))


def find_uses(path):
    """Return the methods that a module calls of each name; of a container, those of its members."""
    uses = defaultdict(set)
    members = defaultdict(set)
    for node in ast.walk(parse_module(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses[node.value.id].add(node.attr)
        elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Name):
            targets = [part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)]
            members[node.iter.id].update(targets)
    for name, of_it in members.items():
        uses[name].update(*(uses[member] for member in of_it))
    return uses


def choose_uses(called):
    if called & ANYWHERE or not called & FIXED:
        return {"search", *(called & FIXED)}
    return called & FIXED


def list_patterns():
    """Return every pattern once, with the names that it has and how it is used."""
    named = {}
    uses = defaultdict(set)
    for path in list_modules():
        called = find_uses(path)
        for name, value in vars(import_file(path)).items():
            for pattern in find_patterns(value):
                named.setdefault(pattern, f"{module_name(path)} {name}")
                uses[pattern].update(called[name])
    return {pattern: (name, choose_uses(uses[pattern])) for pattern, name in named.items()}


def test_every_pattern_takes_linear_time():
    patterns = list_patterns()
    assert len(patterns) > 200
    slow = []
    for pattern, (name, uses) in patterns.items():
        text = find_growth(pattern, [*list_hard_texts(pattern), *HARD_TEXTS], sorted(uses))
        if text:
            slow.append(f"{name}: {text}")
    assert not slow, "\n".join(["more than linear time:", *slow])


@pytest.mark.parametrize(
    "source",
    [
        r"<title[^>]*>([^<]{0,500})",  # begins anywhere, repeats to the end
        r"\s*<\?xml[^>]*\?>",  # repeats, and then looks for something
        r"[.!?…]+[»”]*\s+",
        r"(://[^:/@\s]*:)\S*@",
        r"x\s*:?\s*$",  # two that take the same
        r"(a|a)*b",  # would never end
        r"(?:\w+\s?)*$",
        r"[?&][\w-]*(?:pass|key)[\w-]*=",
    ],
)
def test_a_pattern_that_takes_more_is_found(source):
    pattern = re.compile(source)
    assert find_growth(pattern, [*list_hard_texts(pattern), *HARD_TEXTS], ["search"])


@pytest.mark.parametrize("source", [r"<title[^<>]*+>", r"(?<!\s)\s*x", r"\w+", r"^\s*+x", "a|b|c"])
def test_a_pattern_that_does_not_is_let_be(source):
    pattern = re.compile(source)
    assert not find_growth(pattern, [*list_hard_texts(pattern), *HARD_TEXTS], ["search"])


# Seconds a letter, of machines from a tenth of the speed of today's to ten times.
A_LETTER_S = st.floats(1e-9, 1e-6)


def make_measure(data, noise, cost):
    """Give the times of a machine whose other work makes some of them longer."""
    return lambda chars: cost(chars) * data.draw(st.floats(1, noise))


@given(st.data(), A_LETTER_S)
def test_linear_time_is_let_be_on_any_machine(data, letter_s):
    measure = make_measure(data, 1.9, lambda chars: 1e-6 + letter_s * chars)
    assert not grows_faster(measure)


@given(st.data(), A_LETTER_S, st.floats(1, 1000))
def test_quadratic_time_is_found_on_any_machine(data, letter_s, share):
    """From where the square weighs as much as the rest, on the longest of the texts tried first."""
    square_s = share * letter_s / 8192
    measure = make_measure(data, 1.2, lambda chars: letter_s * chars + square_s * chars**2)
    assert grows_faster(measure)


@given(st.data(), A_LETTER_S, st.floats(1.07, 2))
def test_a_pattern_that_would_never_end_is_found_before_it_takes_long(data, letter_s, base):
    taken = []

    def cost(chars):
        taken.append(letter_s * min(base**chars, 1e12))
        return taken[-1]

    assert grows_faster(make_measure(data, 1.2, cost))
    assert max(taken) < 30
