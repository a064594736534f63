"""
A digest as one page that needs nothing else: no script, no font, no picture, no request.

Every text of an outlet goes through Jinja's escaping; its content security policy lets nothing run
or load even so.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from aggregator.digest.layout import lay_out_digest
from aggregator.digest.templating import make_environment

if TYPE_CHECKING:
    from aggregator.models import Digest

__all__ = ["read_style", "render_html"]


def read_style() -> str:
    """Return the style sheet."""
    return (
        resources.files("aggregator.digest")
        .joinpath("templates", "digest.css")
        .read_text(encoding="utf-8")
    )


def render_html(digest: Digest) -> str:
    """Render a digest as a page in UTF-8."""
    sheet = read_style()
    sheet_hash = sha256(sheet.encode()).digest()
    template = make_environment().get_template("digest.html.j2")
    return template.render(
        digest=digest,
        layout=lay_out_digest(digest),
        # Our own file, and it must not be escaped: `>` is a selector.
        style=Markup(sheet),  # noqa: S704
        style_hash=b64encode(sheet_hash).decode(),
    )
