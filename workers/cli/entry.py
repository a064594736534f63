"""One run of the command, from its arguments to its exit code."""

from __future__ import annotations

import sys

from aggregator.errors import ConfigError, TilshiError
from workers.cli.exits import Exit
from workers.cli.root import app
from workers.ending import end_on_signals, find_code, is_end_asked

__all__ = ["run_command"]


def run_command() -> None:
    """Run the command; errors of ours become a message and an exit code, never a traceback."""
    try:
        with end_on_signals():
            app(standalone_mode=True)
    except ConfigError as error:
        faults = [str(fault) for fault in error.faults]
        lines = [f"{len(faults)} wrong in settings or sources:", *faults]
        _end_command("\n".join(lines), Exit.USAGE)
    except TilshiError as error:
        _end_command(str(error), Exit.FAILED)
    except OSError as error:
        if not error.filename:
            raise
        # What a command was given, or its settings name, is not there, not ours, or no folder.
        expected = f"a file or folder that can be used ({error.strerror or error})"
        _end_command(f"{error.filename}: expected {expected}", Exit.FAILED)
    except Exception:
        # What asked for the end came in an import, and became another exception.
        if not is_end_asked():
            raise
        sys.exit(find_code())


def _end_command(message: str, code: Exit) -> None:
    # Imported here, as most runs have nothing to complain of.
    from workers.cli.output import complain  # noqa: PLC0415

    complain(message)
    sys.exit(code)
