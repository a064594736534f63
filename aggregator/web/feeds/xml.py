"""XML as feeds need it: the standard library's, without characters that XML 1.0 forbids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["add_child", "write_document"]

# Everything that the production Char of XML 1.0 (fifth edition, 2.2) leaves out.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add_child(
    parent: ET.Element,
    tag: str,
    text: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> ET.Element:
    """Add an element with a text and attributes; returns it."""
    given = attributes or {}
    clean = {name: _FORBIDDEN.sub("", value) for name, value in given.items()}
    element = ET.SubElement(parent, tag, clean)
    if text is not None:
        element.text = _FORBIDDEN.sub("", text)
    return element


def write_document(root: ET.Element, namespaces: Mapping[str, str]) -> str:
    """Return a document, indented, with these prefixes."""
    for prefix, address in namespaces.items():
        ET.register_namespace(prefix, address)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
