"""Articles in the tables of old sites, and tables of figures in modern articles."""

from __future__ import annotations

import pytest

from aggregator.fulltext.extract import extract_text

URL = "https://oral.example/news/17"
PARAGRAPHS = (
    "Әкімдік хабарлауынша, Орал қаласында Шаған өзені арқылы жаңа көпір пайдалануға берілді.",
    "Құрылысқа облыстық бюджеттен 2,5 млрд теңге бөлінді, жұмыс бір жарым жылға созылды.",
    "Көпірден тәулігіне 9 мың көлік өте алады деп күтілуде, бұл ескі көпірдің салмағын азайтады.",
)
BLOCKS = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
LINES = "<br><br>\n".join(PARAGRAPHS)
MENU = (
    '<td width="200"><a href="/">Басты бет</a><br><a href="/2">Жаңалықтар</a><br>'
    '<a href="/3">Байланыс</a></td>'
)
ASIDE = (
    "<td width=180><b>Ауа райы</b><br>Орал +3<br>"
    '<a href="/5">Облыс орталығында жаңа мектеп пен екі балабақша пайдалануға берілді</a></td>'
)
FOOTER = (
    "<tr><td colspan=3>© 2008-2026 «Орал таңы». Барлық құқықтар қорғалған. Тел.: 50-00-00</td></tr>"
)
FIGURES = "<table><tr><th>Жыл</th><th>Көлік</th></tr><tr><td>2026</td><td>9 мың</td></tr></table>"


@pytest.mark.parametrize(
    "body",
    [
        f"<table><tr>{MENU}<td>{BLOCKS}</td></tr></table>",
        f"<table><tr>{MENU}<td valign=top><h1>Көпір</h1>{LINES}</td>{ASIDE}</tr>{FOOTER}</table>",
        f"<table><tr>{MENU}<td><font face=Arial>{LINES}</font></td>{ASIDE}</tr>{FOOTER}</table>",
        (
            f"<table><tr>{MENU}<td><table><tr><td>Жаңа көпір</td></tr><tr><td>29.11.2026</td></tr>"
            f"<tr><td>{BLOCKS}</td></tr></table></td>{ASIDE}</tr>{FOOTER}</table>"
        ),
        f"<table><tr>{MENU}<td><table>"
        + "".join(f"<tr><td>{paragraph}</td></tr>" for paragraph in PARAGRAPHS)
        + "</table></td></tr></table>",
        f"<center><table><tbody><tr>{MENU}<td><center>{LINES}</center></td></tr></tbody></table>",
    ],
    ids=["blocks", "lines", "font", "nested", "rows", "center"],
)
def test_the_article_in_a_table_is_found_whole_and_alone(body):
    page = f"<html lang=kk><head><title>Көпір</title></head><body>{body}</body></html>"
    lines = extract_text(page, URL).text.splitlines()

    assert [line for line in lines if line in PARAGRAPHS] == list(PARAGRAPHS)
    assert set(lines) - set(PARAGRAPHS) <= {"Көпір", "Жаңа көпір", "29.11.2026"}


def test_figures_in_an_article_are_still_left_out():
    page = f"<html><body><article><h1>Көпір</h1>{BLOCKS}{FIGURES}</article></body></html>"

    assert extract_text(page, URL).text.splitlines()[-3:] == list(PARAGRAPHS)


@pytest.mark.parametrize("body", [FIGURES, "<table>" * 3000, "<table><tr><td></table>", "<table"])
def test_a_page_of_tables_without_an_article_has_no_text(body):
    assert extract_text(f"<html><body>{body}</body></html>", URL).text == ""
