"""Write ``config/tilshi.toml`` and the table of ``docs/settings.md`` from the settings themselves."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_type_hints

from config.settings import Settings, described, shipped
from config.values import expectation

__all__ = ["example", "main", "table"]

_DOC = Path(__file__).parent.parent / "docs" / "settings.md"
_MARK = "<!-- written by python -m config.describe -->\n"


def _default(section: str, key: str) -> str:
    kind = get_type_hints(Settings)[section]
    [item] = [item for item in fields(kind) if item.name == key]
    if item.default is MISSING:
        return ""
    if item.default in (None, ()):
        return "[]" if item.default == () else '""'
    return json.dumps(item.default)


def example() -> str:
    """Return a settings file with every setting, commented out, at its default."""
    lines = [
        "# Every setting of Tilshi at its default. Copy what you change; `tilshi check-config` "
        "checks it.",
        "# In the environment: TILSHI_SECTION_KEY, for example TILSHI_STORE_URL. The environment "
        "wins.",
    ]
    for section, keys in described().items():
        lines += ["", f"[{section}]"]
        for key, (kind, about) in keys.items():
            value = _default(section, key) or json.dumps(about.default)
            lines += [f"# {about.meaning} ({expectation(kind, about)})", f"# {key} = {value}"]
    return "\n".join(lines) + "\n"


def table() -> str:
    """Return the table of all settings in Markdown."""
    lines = [
        "| setting | in the environment | default | may be | meaning |",
        "|---|---|---|---|---|",
    ]
    for section, keys in described().items():
        for key, (kind, about) in keys.items():
            value = _default(section, key) or about.default
            cells = (f"`{section}.{key}`", f"`TILSHI_{section}_{key}`".upper())
            lines.append(
                f"| {cells[0]} | {cells[1]} | `{value}` | {expectation(kind, about)} | "
                f"{about.meaning} |"
            )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write both files."""
    shipped("tilshi.toml").write_text(example(), encoding="utf-8")
    head = _DOC.read_text(encoding="utf-8").partition(_MARK)[0]
    _DOC.write_text(head + _MARK + table(), encoding="utf-8")


if __name__ == "__main__":
    main()
