"""The article in a page, the page's own word on its address, and pages that would cost too much."""

import asyncio
import json
import signal
import subprocess
import sys

import pytest

from aggregator.fulltext.extract import extract_text, find_own_address, find_own_picture
from aggregator.fulltext.page_text import PageText
from aggregator.fulltext.process import PageProcess

URL = "https://www.stepnoy.example/news/17?utm_source=rss"
PARAGRAPHS = (
    (
        "В Павлодаре открыли мост через Иртыш, который строили пять лет, и первыми по нему "
        "проехали автобусы."
    ),
    (
        "Стоимость проекта составила 46 млрд тенге, сообщили в управлении пассажирского транспорта "
        "области."
    ),
    (
        "Аким поблагодарил строителей и напомнил, что старый мост закроют на ремонт уже в сентябре "
        "этого года."
    ),
)
PAGE = (
    '<html><head><title>Мост</title><link rel="canonical" href="/news/17"></head><body>'
    '<nav><a href="/">Главная</a> <a href="/sport">Спорт</a></nav>'
    "<article><h1>В Павлодаре открыли мост</h1>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    + "</article><aside><p>Читайте также: погода на завтра</p></aside>"
    "<footer>Все права защищены, 2025</footer><script>var x = 'Секрет';</script></body></html>"
)
# Half a minute of trafilatura's time.
COSTLY = (
    "<html><body><article><p>"
    + "<b>жирный</b> <i>курсив</i> " * 20_000
    + "</p></article></body></html>"
)


def test_the_article_is_found_and_what_surrounds_it_left():
    text = extract_text(PAGE, URL).text

    assert all(paragraph in text for paragraph in PARAGRAPHS)
    for foreign in ("Главная", "Секрет", "Все права"):
        assert foreign not in text


@pytest.mark.parametrize(
    ("head", "address"),
    [
        (
            '<link rel="canonical" href="https://stepnoy.example/news/17">',
            "https://stepnoy.example/news/17",
        ),
        (
            "<link href='https://m.stepnoy.example/a?b=1&amp;c=2' rel=canonical>",
            "https://m.stepnoy.example/a?b=1&c=2",
        ),
        ('<link rel="canonical" href="https://other.example/news/17">', ""),
        ('<link rel="canonical" href="https://stepnoy.example/">', ""),
        ('<link rel="canonical" href="javascript:alert(1)">', ""),
        ('<link rel="stylesheet" href="/a.css">', ""),
        ("", ""),
    ],
    ids=[
        "own",
        "own, mobile, escaped",
        "another's",
        "its front page",
        "no address",
        "another link",
        "none",
    ],
)
def test_a_page_speaks_for_addresses_of_its_own_site_alone(head, address):
    assert find_own_address(f"<html><head>{head}</head></html>", URL) == address


def read_pages(*pages, **bounds):
    async def read():
        async with PageProcess(**bounds) as process:
            return [await process.extract(markup, URL) for markup in pages]

    return asyncio.run(read())


# Each bound is tried alone, the other being far away.
def test_a_page_that_costs_too_much_is_given_up_and_the_next_is_read():
    [first, costly, last] = read_pages(PAGE, COSTLY, PAGE, work_s=1, limit_s=300)

    assert costly is None
    assert first == last == extract_text(PAGE, URL)


# A process that answers each page at once but for one, over which it falls asleep.
SLEEPY = """
import sys, time
print(flush=True)
for line in sys.stdin:
    if "lullaby" in line:
        time.sleep(600)
    print('{"text": "read", "address": ""}', flush=True)
"""


def test_a_page_that_takes_too_long_is_given_up_and_the_next_is_read():
    command = [sys.executable, "-c", SLEEPY]
    pages = read_pages("page", "lullaby", "page", command=command, work_s=300, limit_s=3)

    assert pages == [PageText("read", ""), None, PageText("read", "")]


# A process that is killed once it has answered.
FLEETING = """
import os, signal, sys
print(flush=True)
sys.stdin.readline()
print('{"text": "read", "address": ""}', flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_page_is_blamed_for_what_was_killed_while_it_waited():
    async def read() -> list[PageText | None]:
        command = [sys.executable, "-c", FLEETING]
        async with PageProcess(command=command) as process:
            first = await process.extract("page", URL)
            assert process._child is not None
            await process._child.wait()
            return [first, await process.extract("page", URL)]

    assert asyncio.run(read()) == [PageText("read", ""), PageText("read", "")]


# A process that starts as late as its argument says, and answers each page at once.
LATE = """
import sys, time
time.sleep(float(sys.argv[1]))
print(flush=True)
for line in sys.stdin:
    print('{"text": "read", "address": ""}', flush=True)
"""


@pytest.mark.parametrize(
    ("late_s", "start_s", "page_text"),
    [("1.5", 60, PageText("read", "")), ("600", 0.2, None)],
    ids=["late", "too late"],
)
def test_what_starting_takes_is_no_pages_time(late_s, start_s, page_text):
    command = [sys.executable, "-c", LATE, late_s]

    assert read_pages(PAGE, command=command, start_s=start_s, limit_s=1) == [page_text]


def test_a_process_that_does_not_start_reads_no_page():
    assert read_pages(PAGE, PAGE, command=[sys.executable, "-c", "raise SystemExit(1)"]) == [
        None,
        None,
    ]


def test_a_page_costs_no_more_than_its_work_when_nobody_is_there_to_stop_it():
    command = [sys.executable, "-m", "aggregator.fulltext.child", str(1 << 30), "1"]
    line = json.dumps({"markup": COSTLY, "url": URL}) + "\n"
    done = subprocess.run(command, input=line.encode(), capture_output=True, check=False)

    assert done.returncode == -signal.SIGXCPU
    assert done.stdout == b"\n", "ready, and no answer"


def test_whoever_names_the_process_loads_no_parser_of_pages():
    code = (
        "import sys, aggregator.fulltext.process; print('trafilatura' in sys.modules, 'lxml' "
        "in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False False\n"


def test_no_page_ends_the_reading():
    broken = ["", "<", "\0\x01", "<html>" + "<div>" * 50_000, "\ud800"]
    pages = [page for markup in broken for page in (markup, PAGE)]
    read = read_pages(*pages)

    assert all(page is None or page.text == "" for page in read[::2])
    assert all(PARAGRAPHS[0] in page.text for page in read[1::2])


def test_short_names_are_no_twins_of_each_other():
    head = '<link rel="canonical" href="https://amp.kz/a">'

    assert find_own_address(head, "https://m.kz/a") == ""


@pytest.mark.parametrize(
    ("head", "picture"),
    [
        ('<meta property="og:image" content="/a.jpg">', "https://stepnoy.example/a.jpg"),
        (
            "<META CONTENT='https://cdn.example/a.jpg' PROPERTY='og:image' />",
            "https://cdn.example/a.jpg",
        ),
        ("<meta name=og:image content=//cdn.example/a.jpg>", "https://cdn.example/a.jpg"),
        (
            '<meta property="og:image:url" content="/a.jpg?x=1&amp;y=2">',
            "https://stepnoy.example/a.jpg?x=1&y=2",
        ),
        ('<meta property="og:image:width" content="1200">', ""),
        ('<meta property="og:image:alt" content="/a.jpg">', ""),
        ('<meta property="og:image" content="">', ""),
        ('<meta property="og:image" content="javascript:alert(1)">', ""),
        ('<meta property="og:title" content="og:image">', ""),
    ],
)
def test_a_page_names_the_picture_for_previews(head, picture):
    assert (
        find_own_picture(f"<html><head>{head}</head></html>", "https://stepnoy.example/n/1")
        == picture
    )
