"""
The command ``tilshi``.

Exit codes: 0 done; 1 something failed that is not the user's fault (the store is away, a private
server does not start); 2 wrong usage, settings or sources; 3 no source could be polled; 4 not
finished in time; 130 interrupted; 143 ended by SIGTERM, where the command does not run until it is
stopped anyway.

Each command is imported when it is called, and so is what it stands on: see ``app.Commands``.
"""

from __future__ import annotations

import sys

from workers.ending import die_on_interrupt
from workers.garbage import look_for_garbage_seldom

__all__ = ["main"]


def main() -> None:
    """Run the command and end the process with its exit code."""
    die_on_interrupt()
    look_for_garbage_seldom()
    if sys.argv[1:] == ["--version"]:
        # Asked by scripts and packagers: it needs neither the parser nor a command.
        from workers import __version__  # noqa: PLC0415

        sys.stdout.write(f"tilshi {__version__}\n")
        return
    if sys.argv[1:2] == ["health"]:
        from workers.cli.here import answer_here, parse_here  # noqa: PLC0415

        asked = parse_here(sys.argv[2:])
        if asked is not None:
            sys.exit(answer_here(*asked))
    from workers.cli.entry import run_command  # noqa: PLC0415

    run_command()
