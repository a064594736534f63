"""
Pages whose layout is a table, as sites of the two thousands have it; pure.

What finds an article's text leaves tables out, as their cells are figures in a modern page. In an
old one the article itself stands in a cell, beside cells of menus, weather and news. Theory: such a
page is known by where its long lines stand, those of more than a line of a menu and outside of
links. Where most of them stand in one table or cell, that is the article, and its cells are blocks
like any other. An article with a table of figures has its long lines outside of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

__all__ = ["unfold_table"]

# Of a line; menus and headlines of other articles are shorter.
_LONG_CHARS = 60
# Of all long lines so many stand in the article's cell: the rest is the footer's.
_SHARE = 0.6
_CELLS = frozenset({"td", "th", "table"})
_TABLE_PARTS = ("table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "center", "font")
_SILENT = frozenset({"a", "script", "style", "noscript", "option", "button", "form"})


def unfold_table(root: _Element) -> _Element | None:
    """
    Return a page of the one cell that holds the article.

    Args:
        root: Of the page; it is left as it is unless a new page is returned.

    Returns:
        Its head and the cell's content without tables; None if the layout is no table.
    """
    weights = _weigh(root)
    least = _SHARE * weights[root]
    if not least:
        return None
    cells = [node for node in root.iter(*_CELLS) if weights[node] >= least]
    if not cells:
        return None
    # The last in the document's order is the innermost: each holds more than half of the lines.
    article = cells[-1]
    page = etree.Element("html", lang=root.get("lang", ""))
    head = root.find("head")
    if head is not None:
        page.append(head)
    body = etree.SubElement(page, "body")
    article.tail = None
    body.append(article)
    for node in body.iter(*_TABLE_PARTS):
        node.tag = "div"
        node.attrib.clear()
    return page


def _weigh(root: _Element) -> Mapping[_Element, int]:
    """Return the characters in long lines outside of links, of each element with all in it."""
    weights: dict[_Element, int] = {}
    for node in reversed(list(root.iter())):
        below = sum(weights[child] + _measure(child.tail) for child in node)
        is_silent = not isinstance(node.tag, str) or node.tag in _SILENT
        weights[node] = 0 if is_silent else below + _measure(node.text)
    return weights


def _measure(text: str | None) -> int:
    size = len(" ".join((text or "").split()))
    return size if size >= _LONG_CHARS else 0
