"""The table of addresses: each answers, is linked and filed; nothing else spells an address."""

import ast
import asyncio
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from aggregator.models import Topic
from aggregator.web import paths
from aggregator.web.app import make_app
from aggregator.web.links import Links
from aggregator.web.pages import read_static_files
from aggregator.web.paths import ADDRESSES, FEED_NAMES, FORM_NAMES, match_path
from aggregator.web.site import write_site
from tests.support.builders import DAY, digest
from tests.support.press_pictures import make_kept, show_pictures
from tests.support.site import renderer

ROOT = Path(__file__).resolve().parents[3]
MANY = 200
"""Stories of a day that tells some of them in brief, on more than one page, as listings do."""
TOPIC = Topic.OTHER
PICTURE = make_kept(digest(MANY).stories[0].best.article_id, "outlet-1")


def write_links(links, story_id):
    """Return a link to each address of the table, in its order."""
    return {
        paths.FRONT: links.front(),
        paths.NEWEST: links.newest("daily"),
        paths.DIGEST: links.digest("daily", DAY),
        paths.BRIEF: links.brief("daily", DAY, 2),
        paths.STORY: links.story("daily", DAY, story_id),
        paths.ARCHIVE: links.archive("daily"),
        paths.YEAR: links.archive("daily", DAY.year),
        paths.TOPIC: links.topic("daily", TOPIC),
        paths.TOPIC_PART: links.topic("daily", TOPIC, 1),
        paths.OUTLET: links.outlet("daily", "outlet-1"),
        paths.OUTLET_PART: links.outlet("daily", "outlet-1", 1),
        paths.SUBJECT: links.subject("daily", "astana"),
        paths.SUBJECT_PART: links.subject("daily", "astana", 1),
        paths.SUBJECTS: links.subjects("daily"),
        paths.FEED: links.feed("daily", FEED_NAMES[-1], FORM_NAMES[-1]),
        paths.SEARCH: links.search(),
        paths.OUTLETS: links.outlets(),
        paths.ABOUT: links.about(),
        paths.SOURCES: links.sources(),
        paths.STATIC: links.static(next(iter(read_static_files()))),
        paths.PICTURE: links.picture(PICTURE.size),
    }


@pytest.fixture(scope="module")
def made_of():
    made = digest(MANY)
    stories = []
    for story in made.stories:
        best = replace(story.best, outlet_id="outlet-1")
        stories.append(replace(story, articles=(best,)))
    return replace(made, stories=tuple(stories))


def ask(app, *addresses):
    """Return what an application answers at these addresses."""

    async def get_all():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return [await client.get(f"/{address}") for address in addresses]

    return asyncio.run(get_all())


def test_each_address_answers_on_the_server_and_is_a_file_where_it_says_so(tmp_path, made_of):
    links = write_links(Links(), made_of.stories[0].id)
    with_search = show_pictures(renderer(tmp_path / "server", made_of), PICTURE)
    folder = tmp_path / "site"
    files = show_pictures(renderer(tmp_path / "files", made_of, search=False), PICTURE)
    write_site(files, folder)

    assert list(links) == list(ADDRESSES), "a row of the table is not tried here"
    answers = ask(make_app(with_search, lambda: (1, "")), *links.values())
    for (address, link), answer in zip(links.items(), answers, strict=True):
        assert match_path(link).address is address, link
        assert answer.status_code == 200, link
        assert (folder / link).is_file() == address.has_file, link


def test_every_file_of_the_site_is_an_address_of_the_table(tmp_path, made_of):
    folder = tmp_path / "site"
    write_site(show_pictures(renderer(tmp_path, made_of, search=False), PICTURE), folder)
    written = [file.relative_to(folder) for file in folder.rglob("*") if file.is_file()]

    assert [str(file) for file in written if match_path(str(file)) is None] == [".tilshi-site.json"]


def test_links_lead_from_each_depth_to_the_same_place(made_of):
    story_id = made_of.stories[0].id
    plain = write_links(Links(), story_id)
    for address in ADDRESSES:
        root = address.root
        assert root == "../" * plain[address].count("/"), address
        assert write_links(Links(root), story_id) == {
            row: f"{root}{link}" for row, link in plain.items()
        }


@pytest.mark.parametrize(("path", "address"), [("", paths.FRONT), ("daily/", paths.NEWEST)])
def test_a_folder_is_answered_by_its_index(path, address):
    assert match_path(path).address is address


def test_what_stands_beside_the_page_answers_where_the_table_says(tmp_path, made_of):
    app = make_app(renderer(tmp_path, made_of), lambda: (1, ""))
    described, operator = ask(app, paths.OPENAPI.path, paths.OPERATOR)

    assert described.json()["info"]["title"] == "Tilshi"
    assert operator.status_code == 404, "there is no token"


# Whoever writes an address down by hand writes one of these.
SPELLED = re.compile(
    r"(?<![\w{])(?:index|archive|search|outlets|about|names)\.html\b|\}\.html\b|\.opml$|^topic-|/all-|/archive-"
    r"|^(?:outlet|name|english)-|/(?:topic|outlet|name)/|/page-|^/?(?:static|picture)/|\bapi/v1|^/?operator/$|^/(?:operator|healthz|readyz|metrics)\b|openapi\.json"
)
LINKED = re.compile(r"""(?:href|src|action)=["'](?!\{\{|\{%|#|https?:)[^"']""")
KNOWS = ("aggregator/web/paths.py",)


def list_texts(source):
    """Yield the texts of a module that are no docstrings, with their lines."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.lineno, node.value


def list_sources():
    for package in ("aggregator/web", "aggregator/web/feeds", "aggregator/delivery", "workers"):
        yield from sorted((ROOT / package).rglob("*.py"))


def test_no_module_but_the_table_spells_an_address():
    offenders = []
    for file in list_sources():
        name = str(file.relative_to(ROOT))
        if name in KNOWS:
            continue
        texts = list_texts(file.read_text())
        offenders += [f"{name}:{line}: {text!r}" for line, text in texts if SPELLED.search(text)]

    assert not offenders


def test_no_template_of_readers_pages_spells_an_address():
    folders = ("aggregator/web", "aggregator/web/feeds")
    templates = []
    for folder in folders:
        templates += (ROOT / folder).rglob("*.j2")
    readers = [file for file in templates if not file.name.startswith("operator")]
    offenders = [file.name for file in readers if LINKED.search(file.read_text())]

    assert len(readers) > 10
    assert not offenders


def test_the_script_finds_the_search_where_the_table_puts_it():
    script = (ROOT / "aggregator/web/static/tilshi.js").read_text()

    assert re.findall(r"[\w-]+\.html", script) == [paths.SEARCH.path]
