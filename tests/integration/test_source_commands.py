"""``tilshi source``: as its users meet it, against a real server on loopback."""

import json
import re

import pytest

from tests.support.command import call_command
from tests.support.newsroom import poll
from tests.support.packages import STARTER
from tests.support.servers import FeedServer, Reply, redirect
from workers.bootstrap import open_runtime
from workers.cli.source_catalog import complete_source
from workers.loaded_config import load_config

KAZAKH = "Елордада жаңа мектеп ашылды, онда мың екі жүз оқушы оқиды"
HOME = (
    '<html lang="kk"><head><title>Дала</title><meta property="og:site_name" content="Дала '
    'хабар">{}</head>{}</html>'
)
DECLARED = '<link rel="alternate" type="application/rss+xml" href="/kk/feed.xml">'


def rss(count=12, text=KAZAKH):
    listed = "".join(
        f"<item><guid>g{n}</guid><link>https://dala.example/{n}</link><title>{text} {n}</title>"
        f"<description>{text}.</description>"
        f"<pubDate>Wed, 20 Aug 2025 {10 + n // 4:02}:{n % 4 * 15:02}:00 +0500</pubDate></item>"
        for n in range(count)
    )
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Дала '
        f"хабар</title>{listed}</channel></rss>"
    )


@pytest.fixture
def site():
    with FeedServer() as server:
        yield server


@pytest.fixture
def environment(tmp_path):
    return {
        "TILSHI_DATA_FOLDER": str(tmp_path / "data"),
        "TILSHI_TRANSLATE_PACKAGES": str(STARTER),
        "TILSHI_FETCH_ALLOW_PRIVATE": "127.0.0.1",
        "TILSHI_FETCH_HOST_GAP_S": "0",
        "TILSHI_CLOCK_AS_OF": "2025-08-20T13:00:00+05:00",
        "COLUMNS": "120",
    }


@pytest.fixture
def tilshi(tmp_path, environment):
    def call(*arguments, **environ):
        return call_command("source", *arguments, environ=environment | environ, folder=tmp_path)

    return call


def page(*parts):
    return Reply(headers={"Content-Type": "text/html; charset=utf-8"}, body=HOME.format(*parts))


def test_a_site_becomes_a_polled_source_with_one_command(tilshi, site, tmp_path):
    site.route("/", page(DECLARED, "<p>Сәлем</p>"))
    site.route("/kk/feed.xml", Reply(body=rss()))
    done = tilshi("new", site.url("/"), "--file", "mine.toml")

    assert done.returncode == 0, done.stderr
    assert 'name = "Дала хабар"' in done.stdout
    written = (tmp_path / "mine.toml").read_text()
    assert f'url = "{site.url("/kk/feed.xml")}"' in written
    assert 'id = "dala-khabar-kk"' in written
    checked = tilshi("check", TILSHI_SOURCES_FILE="mine.toml")
    assert checked.returncode == 0, checked.stderr
    assert "right  dala-khabar-kk  12 items, kk:12, 12 dated" in checked.stdout
    assert "1 sources: 1 right" in checked.stdout
    again = tilshi("new", site.url("/"), "--file", "mine.toml")
    assert again.returncode == 1
    assert "is there already: dala-khabar-kk, line 6 of mine.toml" in again.stderr


def test_without_a_declared_feed_common_places_are_tried_even_from_an_address_that_is_gone(
    tilshi, site
):
    site.route("/", page("", "<p>Сәлем</p>"))
    site.route("/rss.xml", Reply(body=rss()))
    done = tilshi("new", site.url("/old/rss"), "--json")
    proposed = json.loads(done.stdout)

    assert proposed["url"] == site.url("/rss.xml")
    assert proposed["languages"] == {"kk": 12}
    assert proposed["tried"][0] == {"url": site.url("/old/rss"), "answer": "not found"}
    assert proposed["written"] is None


def test_a_catalogue_that_is_named_but_not_there_yet_is_begun(tilshi, site, tmp_path):
    site.route("/", page(DECLARED + DECLARED.replace("feed.xml", "again"), ""))
    site.route("/kk/feed.xml", Reply(body=rss()))
    site.route("/kk/again", redirect("/kk/feed.xml"))
    done = tilshi("new", site.url("/"), "--write", "--json", TILSHI_SOURCES_FILE="begun.toml")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["also"] == []  # both addresses lead to one feed
    assert "dala-khabar-kk" in (tmp_path / "begun.toml").read_text()
    assert "a file that can be read" in tilshi("check", TILSHI_SOURCES_FILE="not-there.toml").stderr


def test_what_has_nothing_to_poll_says_what_was_tried(tilshi, site):
    site.route("/", page("", "<p>Сәлем</p>"))
    done = tilshi("new", site.url("/"))

    assert done.returncode == 3
    assert "nothing that can be polled was found" in done.stderr
    assert f"not found        {site.url('/feed/')}" in done.stderr


def test_an_address_that_does_not_answer_is_named(tilshi):
    done = tilshi("new", "http://127.0.0.1:9/")

    assert done.returncode == 1
    assert "http://127.0.0.1:9/" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_check_of_all_is_written_as_a_table_with_the_lines_to_mend(tilshi, site, tmp_path):
    site.route("/right", Reply(body=rss()))
    site.route("/moved", redirect(site.url("/right2"), 301))
    site.route("/right2", Reply(body=rss()))
    site.route("/page", page("", ""))
    entries = "".join(
        f'[[outlet.source]]\nid = "{name}"\nurl = "{site.url("/" + name)}"\nlanguages = '
        f'["{language}"]\n'
        f"paused = {paused}\n"
        for name, language, paused in (
            ("right", "kk", "false"),
            ("moved", "ru", "false"),
            ("page", "kk", "true"),
        )
    )
    (tmp_path / "s.toml").write_text(
        f'[[outlet]]\nid = "dala"\nname = "Дала"\nhome = "{site.url("/")}"\n{entries}'
    )
    environ = {"TILSHI_SOURCES_FILE": "s.toml"}
    done = tilshi("check", "--all", "--report", "report.md", **environ)
    report = (tmp_path / "report.md").read_text()

    assert done.returncode == 1  # the languages of a source that is polled are wrong
    assert f's.toml:12: url = "{site.url("/right2")}"' in done.stdout
    assert 's.toml:13: languages = ["kk"]' in done.stdout
    assert "wrong  page  not a feed" in done.stdout
    assert "an HTML page titled 'Дала'" in done.stdout
    assert "3 sources: 2 wrong, 0 look, 1 right" in report
    assert report.count("\n| [") == 3
    assert tilshi("check", "right", **environ).returncode == 0
    assert tilshi("check", "page", **environ).returncode == 3
    document = json.loads(tilshi("check", "--json", **environ).stdout)
    assert [row["id"] for row in document["sources"]] == ["right", "moved"]
    assert document["sources"][1]["moved_to"] == site.url("/right2")


@pytest.mark.parametrize(
    "command", ["new", "check", "preview", "record", "test", "import", "export"]
)
def test_every_command_has_help_with_an_example(tilshi, command):
    shown = tilshi(command, "--help").stdout

    assert "Example" in shown
    assert f"tilshi source {command}" in re.sub(r"\s+", " ", shown)


def test_the_shell_is_offered_ids(dala, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TILSHI_SOURCES_FILE", "s.toml")

    assert complete_source("da") == ["dala-kk"]
    assert complete_source("x") == []
    monkeypatch.setenv("TILSHI_SOURCES_FILE", "not-there.toml")
    assert complete_source("da") == []


def test_wrong_use_is_named(tilshi):
    assert "ID = nobody: expected the id of a source" in tilshi("check", "nobody").stderr
    assert (
        "expected a name that ends in .md or .json" in tilshi("check", "--report", "r.txt").stderr
    )


@pytest.fixture
def dala(site, tmp_path):
    """Give a catalogue of one source, with one article twice under another name."""
    site.route("/rss", Reply(body=with_a_copy()))
    (tmp_path / "s.toml").write_text(
        f'[[outlet]]\nid = "dala"\nname = "Дала"\nhome = "{site.url("/")}"\n'
        f'[[outlet.source]]\nid = "dala-kk"\nurl = "{site.url("/rss")}"\nlanguages = ["kk"]\n'
    )
    return {"TILSHI_SOURCES_FILE": "s.toml"}


def with_a_copy():
    text = (
        "Түркістан облысында алты жүз орындық жаңа мектеп салынды. Құрылысқа екі жыл уақыт кетті. "
        "Мектепте кітапхана, асхана және спорт залы бар. Сабақ бірінші қыркүйекте басталады."
    )
    listed = "".join(
        f"<item><guid>{n}</guid><link>https://dala.example/{n}</link><title>Түркістанда мектеп "
        "салынды</title>"
        f"<description>{text}</description><pubDate>Wed, 20 Aug 2025 10:00:00 "
        "+0500</pubDate></item>"
        for n in (1, 2)
    )
    return f'<rss version="2.0"><channel><title>Дала</title>{listed}</channel></rss>'


def test_a_preview_shows_language_copies_and_english_and_stores_nothing(tilshi, dala, tmp_path):
    done = tilshi("preview", "dala-kk", "--json", **dala)
    shown = json.loads(done.stdout)
    first, second = shown["articles"]

    assert (shown["items"], shown["compared_with_store"]) == (2, False)
    assert (first["language"], first["standing"], first["copy_of"]) == ("kk", "new", None)
    assert (second["copy_of"], second["why"]) == (
        "https://dala.example/1",
        "one text of one outlet",
    )
    assert first["english"] or first["flags"]
    assert first["package"].startswith("translate-")
    assert not (tmp_path / "data" / "store").exists()
    assert "Түркістанда мектеп салынды" in tilshi("preview", "dala-kk", "-n", "1", **dala).stdout


def test_a_preview_knows_what_the_store_has(tilshi, dala, environment, tmp_path):
    catalogue = {"TILSHI_SOURCES_FILE": str(tmp_path / "s.toml")}
    loaded = load_config(environment | catalogue, None)
    with open_runtime(loaded) as runtime:
        runtime.services.store.queues.sync_sources(runtime.services.sources)
        assert poll(runtime.services, "r1")["dala-kk"].new == 2
    shown = json.loads(tilshi("preview", "dala-kk", "--json", **dala).stdout)

    assert shown["compared_with_store"]
    assert [article["standing"] for article in shown["articles"]] == ["known", "known"]


def test_what_cannot_be_previewed_says_why(tilshi, site):
    done = tilshi("preview", site.url("/nothing"))

    assert done.returncode == 3
    assert "not found: HTTP 404" in done.stderr


def test_a_source_is_recorded_once_looked_at_and_has_a_test_from_then_on(
    tilshi, site, dala, tmp_path
):
    unseen = tilshi("record", "dala-kk", **dala)
    assert unseen.returncode == 1
    assert "run it again with --yes" in unseen.stderr
    assert tilshi("test", **dala).returncode == 1  # nothing is recorded

    assert tilshi("record", "dala-kk", "--yes", **dala).returncode == 0
    assert (tmp_path / "fixtures" / "dala-kk.body").read_bytes() == with_a_copy().encode()
    assert "same  dala-kk" in tilshi("test", **dala).stdout
    file = tmp_path / "fixtures" / "dala-kk.toml"
    file.write_text(file.read_text().replace("items = 2", "items = 3"))
    differs = tilshi("test", "dala-kk", **dala)
    assert differs.returncode == 1
    assert "items: recorded 3, read now 2" in differs.stdout


def test_a_list_is_imported_and_exported(tilshi, dala, tmp_path):
    (tmp_path / "list.opml").write_text(
        '<opml version="2.0"><body>\n<outline text="Step" xmlUrl="https://step.example/rss" '
        'language="ru"/>\n'
        '<outline type="rss" text="none"/>\n</body></opml>'
    )
    done = tilshi("import", "list.opml", "--write", **dala)

    assert done.returncode == 1
    assert "list.opml:3: xmlUrl: expected the address of a feed" in done.stderr
    assert re.search(r"1 added to .*s\.toml, 0 there already", done.stdout)
    assert "step-example-ru" in tilshi("export", "--format", "markdown", **dala).stdout
    assert tilshi("export", "--format", "toml", **dala).stdout == (tmp_path / "s.toml").read_text()
    assert len(json.loads(tilshi("export", "-f", "json", **dala).stdout)["sources"]) == 2
    again = tilshi("export", **dala)
    (tmp_path / "again.opml").write_text(again.stdout)
    assert "0 would be added, 2 there already" in tilshi("import", "again.opml", **dala).stdout


def test_a_list_page_or_an_api_becomes_a_polled_source_with_one_command(tilshi, site, tmp_path):
    time = '<time datetime="2025-08-20T10:0{0}:00+05:00"></time>'
    entry = f'<li class="n">{time}<a href="/n/{{0}}">{KAZAKH} {{0}}</a></li>'
    body = f"<html><body><article><p>{KAZAKH}. {KAZAKH}.</p>" + f"<p>{KAZAKH}.</p>" * 5
    site.route("/n/0", Reply(headers={"Content-Type": "text/html"}, body=body))
    listed = f"<html><ul>{''.join(map(entry.format, range(6)))}</ul></html>"
    site.route("/list", Reply(headers={"Content-Type": "text/html"}, body=listed))
    row = {"headline": KAZAKH, "link": "https://dala.example/1", "published_at": "2025-08-20"}
    rows = [row | {"link": f"https://dala.example/{number}"} for number in range(3)]
    site.route("/api", Reply(headers={"Content-Type": "application/json"}, body=json.dumps(rows)))
    for address, table in (("/list", "page"), ("/api", "json")):
        file = f"{table}.toml"
        done = tilshi("new", site.url(address), "--file", file)

        assert done.returncode == 0, done.stderr
        assert f"[outlet.source.{table}]" in (tmp_path / file).read_text()
        checked = tilshi("check", TILSHI_SOURCES_FILE=file)
        assert "0 wrong" in checked.stdout, checked.stdout


def test_an_address_that_the_guard_refuses_names_the_setting(tilshi, site):
    done = tilshi("new", site.url("/"), TILSHI_FETCH_ALLOW_PRIVATE="10.0.0.1")

    assert done.returncode == 1
    assert "not a public address; an address inside a network is refused unless" in done.stderr
    assert "`fetch.allow_private`" in done.stderr


def test_another_refusal_does_not_name_it(tilshi):
    done = tilshi("new", "http://127.0.0.1:9/")

    assert done.returncode == 1
    assert "port 9 is another protocol's" in done.stderr
    assert "fetch.allow_private" not in done.stderr


@pytest.mark.parametrize(
    "address", ["http://[::1", "", "file:///etc/passwd", "https://", "ftp://a"]
)
def test_what_is_no_address_of_the_web_is_named(tilshi, address):
    done = tilshi("new", address)

    assert done.returncode == 2
    assert f"URL = {address!r}: expected an http or https address with a host" in done.stderr


BAD_FILES = {
    "folder": lambda file: file.mkdir(),
    "utf16": lambda file: file.write_text("[x]", encoding="utf-16"),
    "binary": lambda file: file.write_bytes(bytes(range(256))),
    "n" * 300: lambda _file: None,
    "below": lambda file: file.write_bytes(b""),
}


@pytest.mark.parametrize("name", BAD_FILES, ids=lambda name: name[:8])
@pytest.mark.parametrize("command", ["import", "new"])
def test_a_file_that_cannot_be_read_or_made_is_named(tilshi, site, tmp_path, name, command):
    site.route("/feed.xml", Reply(body=rss()))
    BAD_FILES[name](tmp_path / name)
    opml = '<opml version="2.0"><body><outline xmlUrl="https://a.example/rss"/></body></opml>'
    (tmp_path / "list.opml").write_text(opml)
    place = f"{name}/x.toml" if name == "below" else name
    what = "list.opml" if command == "import" else site.url("/feed.xml")
    done = tilshi(command, what, "--file", place)

    assert done.returncode == 2, done.stderr
    assert f"{place}:" in done.stderr
    assert "expected a file that can be" in done.stderr
    assert not list(tmp_path.glob(".*.new"))


def test_a_file_keeps_its_line_breaks_and_its_byte_order_mark(tilshi, site, tmp_path):
    begun = '\ufeff# ours\n[[outlet]]\nid = "ab"\nname = "A"\nhome = "https://ab.example/"\n'
    begun += '[[outlet.source]]\nid = "ab-ru"\nurl = "https://ab.example/rss"\n'
    before = begun.replace("\n", "\r\n").encode()
    (tmp_path / "mine.toml").write_bytes(before)
    site.route("/feed.xml", Reply(body=rss()))
    done = tilshi("new", site.url("/feed.xml"), "--file", "mine.toml")
    written = (tmp_path / "mine.toml").read_bytes()

    assert done.returncode == 0, done.stderr
    assert written.startswith(before)
    assert written.count(b"\n") == written.count(b"\r\n") > before.count(b"\n")


def test_where_nothing_is_polled_nothing_is_asked(tilshi, tmp_path):
    (tmp_path / "mine.toml").write_text(
        '[[outlet]]\nid = "ab"\nname = "A"\nhome = "https://ab.example/"\n'
        '[[outlet.source]]\nid = "ab-ru"\nurl = "https://ab.example/rss"\npaused = true\n'
    )
    done = tilshi("check", TILSHI_SOURCES_FILE="mine.toml")

    assert done.returncode == 3
    assert "no source is polled, all are paused; `--all` looks at paused ones too" in done.stderr
    assert "fetch.proxy" not in done.stderr


@pytest.mark.parametrize("name", ["n" * 300, "below/x"], ids=lambda name: name[:8])
def test_a_folder_of_records_that_cannot_be_is_named(tilshi, tmp_path, name):
    (tmp_path / "below").write_bytes(b"")
    for ids in ((), ("some",)):
        done = tilshi("test", *ids, "--folder", name)

        assert done.returncode in {1, 2}
        assert name in done.stderr
