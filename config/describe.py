"""Write ``config/tilshi.toml`` and the table of ``docs/settings.md`` from the settings."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_type_hints

from config.settings import Settings, describe_settings, find_shipped_file
from config.values import describe_expectation

__all__ = ["main", "write_example", "write_table"]

_DOC = Path(__file__).parent.parent / "docs" / "settings.md"
_EXAMPLE_HEAD = (
    (
        "# Every setting of Tilshi at its default. Copy what you change; "
        "`tilshi check-config` checks it."
    ),
    (
        "# In the environment: TILSHI_SECTION_KEY, for example TILSHI_STORE_URL. "
        "The environment wins."
    ),
)
_MARK = "<!-- written by python -m config.describe -->\n"


def _write_default(section: str, key: str) -> str:
    kind = get_type_hints(Settings)[section]
    [field] = [field for field in fields(kind) if field.name == key]
    if field.default is MISSING:
        return ""
    if field.default in (None, ()):
        return "[]" if field.default == () else '""'
    return json.dumps(field.default)


def write_example() -> str:
    """Return a settings file with every setting, commented out, at its default."""
    lines = list(_EXAMPLE_HEAD)
    for section, keys in describe_settings().items():
        lines += ["", f"[{section}]"]
        for key, (kind, about) in keys.items():
            value = _write_default(section, key) or json.dumps(about.default)
            lines += [
                f"# {about.meaning} ({describe_expectation(kind, about)})",
                f"# {key} = {value}",
            ]
    return "\n".join(lines) + "\n"


def write_table() -> str:
    """Return the table of all settings in Markdown."""
    lines = [
        "| setting | in the environment | default | may be | meaning |",
        "|---|---|---|---|---|",
    ]
    for section, keys in describe_settings().items():
        for key, (kind, about) in keys.items():
            value = _write_default(section, key) or about.default
            variable = f"TILSHI_{section}_{key}".upper()
            allowed = describe_expectation(kind, about)
            cells = (f"`{section}.{key}`", f"`{variable}`", f"`{value}`", allowed, about.meaning)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write both files."""
    find_shipped_file("tilshi.toml").write_text(write_example(), encoding="utf-8")
    head = _DOC.read_text(encoding="utf-8").partition(_MARK)[0]
    _DOC.write_text(head + _MARK + write_table(), encoding="utf-8")


if __name__ == "__main__":
    main()
