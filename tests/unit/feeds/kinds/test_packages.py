"""A kind that an installed package brings: a real package with its metadata, put on the path."""

import sys
from textwrap import dedent

import pytest

from aggregator.errors import ConfigError
from aggregator.feeds.kinds.registry import Kinds
from aggregator.sources.catalog import read_catalog
from tests.support.kinds import ALMATY, OUTLET

SOURCES = """
[[outlet]]
id = "outlet"
name = "Outlet"
home = "https://outlet.example/"

[[outlet.source]]
id = "outlet-kk"
url = "https://outlet.example/list"
kind = "lines"

[outlet.source.lines]
skip = 1
"""

MODULE = '''
from aggregator.models import Feed, FeedItem

class Lines:
    """A title a line."""

    name = "lines"

    def wanted_address(self, url):
        return ""

    def check(self, options):
        return {"skip": options.number("skip", 0, 9, 0)}

    def parse(self, result, source, *, default_zone):
        titles = result.body.decode().splitlines()[source.options["skip"]:]
        items = tuple(FeedItem(guid="", link="", title=title) for title in titles)
        return Feed(title="", language="", items=items)

no_kind = object()
'''


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Give a function that installs a package with an entry point; it is gone after the test."""

    def installed(value, module=MODULE, package="tilshi_lines", dist="tilshi-lines"):
        folder = tmp_path / dist
        info = folder / f"{package}-1.2.dist-info"
        info.mkdir(parents=True)
        (folder / f"{package}.py").write_text(dedent(module), encoding="utf-8")
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {dist}\nVersion: 1.2\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(
            f"[tilshi.source_kinds]\nlines = {value}\n", encoding="utf-8"
        )
        monkeypatch.syspath_prepend(str(folder))

    yield installed
    for name in [name for name in sys.modules if name.startswith("tilshi_lines")]:
        del sys.modules[name]


def test_a_package_brings_a_kind_with_its_options(install):
    install("tilshi_lines:Lines")
    from aggregator.models import FetchResult

    [source] = read_catalog(SOURCES, "s.toml").sources
    result = FetchResult(
        url=source.url, status=200, headers={}, body="head\nБірінші\nВторая".encode()
    )
    feed = Kinds().find_kind("lines").parse(result, source, default_zone=ALMATY)

    assert source.outlet == OUTLET
    assert [item.title for item in feed.items] == ["Бірінші", "Вторая"]
    assert Kinds().names()[-1] == "lines"


def test_its_options_are_checked_like_ours(install):
    install("tilshi_lines:Lines")

    with pytest.raises(
        ConfigError, match=r"s\.toml:13: .*lines\.skip = 10: expected a whole number from 0 to 9"
    ):
        read_catalog(SOURCES.replace("skip = 1", "skip = 10"), "s.toml")


WITH_PAGES = SOURCES.replace('kind = "lines"\n', 'kind = "lines"\nfull_text = true\n')


def test_pages_of_its_items_may_be_read(install):
    install("tilshi_lines:Lines")

    assert read_catalog(WITH_PAGES, "s.toml").sources[0].full_text


def test_it_may_say_why_its_items_have_no_pages(install):
    name = '    name = "lines"\n'
    install(
        "tilshi_lines:Lines",
        MODULE.replace(name, f'{name}    no_pages = "a line is all there is"\n'),
    )

    with pytest.raises(
        ConfigError, match=r"full_text = True: .* of kind lines: a line is all there is"
    ):
        read_catalog(WITH_PAGES, "s.toml")


@pytest.mark.parametrize(
    ("value", "module", "said"),
    [
        (
            "tilshi_lines:Lines",
            "import no_such_module",
            "ModuleNotFoundError: No module named 'no_such_module'",
        ),
        ("tilshi_lines:Lines", "1 / 0", "ZeroDivisionError"),
        ("tilshi_lines:Missing", MODULE, "AttributeError"),
        ("tilshi_lines:no_kind", MODULE, "gives object with the name None"),
        (
            "tilshi_lines:Lines",
            MODULE.replace('"lines"', '"other"'),
            "gives Lines with the name 'other'",
        ),
        ("tilshi_lines:Lines", MODULE.replace("def parse", "def read"), "gives Lines"),
    ],
)
def test_a_broken_package_is_named_with_the_line_of_the_source_that_asks_for_it(
    install, value, module, said
):
    install(value, module)

    with pytest.raises(ConfigError) as caught:
        read_catalog(SOURCES, "s.toml")
    [fault] = caught.value.faults
    assert (fault.where, fault.line, fault.key) == ("s.toml", 10, "outlet[0].source[0].kind")
    assert "package tilshi-lines 1.2, lines = tilshi_lines:" in fault.expected
    assert said in fault.expected


def test_a_broken_package_stops_nobody_who_does_not_use_it(install):
    install("tilshi_lines:Lines", "1 / 0")

    assert read_catalog(
        SOURCES.replace('"lines"', '"feed"').partition("[outlet.source.lines]")[0], "s.toml"
    ).sources


def test_two_packages_for_one_kind_are_a_fault(install):
    install("tilshi_lines:Lines")
    install("tilshi_lines_too:Lines", package="tilshi_lines_too", dist="tilshi-lines-too")

    with pytest.raises(ConfigError, match="one package gives; given by"):
        read_catalog(SOURCES, "s.toml")
