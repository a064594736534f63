"""``tilshi site``: the digest as pages, written to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aggregator.web import paths
from workers.bootstrap import open_runtime
from workers.cli.config import load_for_command
from workers.cli.options import AsJson
from workers.cli.output import console, print_json, progress_console
from workers.pages import write_whole_site

__all__ = ["site"]


def site(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to; made if it is not there.")],
    address: Annotated[
        str | None,
        typer.Option(help="Where readers will reach it; feeds name it. Default: `web.address`."),
    ] = None,
    json: AsJson = False,
) -> None:
    """
    Write the whole archive as files that any web server can serve.

    A browser can open them from the folder, too. What has not changed is not written again.

    Example: `tilshi site /srv/www/digest --address https://digest.example/`
    """
    loaded = load_for_command(context)
    screen = progress_console()
    with open_runtime(loaded) as runtime:
        written = write_whole_site(
            runtime.services,
            folder,
            address=address or "",
            progress=lambda day: screen.print(f"writing {day}") if screen else None,
        )
    if json:
        print_json(
            {
                "format": "tilshi.site/1",
                "folder": str(folder.resolve()),
                "written": written,
            }
        )
    else:
        index = (folder / paths.FRONT.path).resolve().as_uri()
        console().print(f"{written} files written or changed; open {index}", soft_wrap=True)
