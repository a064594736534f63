"""``tilshi source``: the commands about sources, by name."""

from __future__ import annotations

import typer

from workers.cli.lazy import CommandRow, LazyGroup

__all__ = ["SourceCommands", "source"]


class SourceCommands(LazyGroup):
    """All commands about sources, in the order of the help."""

    rows = (
        CommandRow(
            "new", "source_new", "new", "Find where a site can be polled, and propose its entry."
        ),
        CommandRow(
            "check",
            "source_check",
            "check",
            "Look at sources and say whether they are right, with the line to mend.",
        ),
        CommandRow(
            "import",
            "source_import",
            "import_list",
            "Propose entries for the feeds of an OPML list.",
        ),
        CommandRow(
            "export", "source_export", "export_sources", "Print the catalogue in other forms."
        ),
        CommandRow(
            "preview",
            "source_preview",
            "preview_source",
            "Show the first articles as they would enter: language, copies, headline in English.",
        ),
        CommandRow(
            "record",
            "source_record",
            "record",
            "Keep what a source sends now and what is read in it, as a test.",
        ),
        CommandRow(
            "test",
            "source_record",
            "run_fixtures",
            "Read recorded sources again and compare with what a person agreed to.",
        ),
        CommandRow(
            "pause", "source_pause", "pause", "Stop polling sources until they are resumed."
        ),
        CommandRow("resume", "source_pause", "resume", "Poll paused sources again, at once."),
        CommandRow("fetch", "source_fetch", "fetch", "Poll sources now, due or not."),
    )


source = typer.Typer(
    cls=SourceCommands,
    no_args_is_help=True,
    help="Sources: add, check, preview, record, import, export, steer.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
