"""A command looks through what it imported seldom, and not once more as it ends."""

import subprocess
import sys
import textwrap


def say(script):
    """Return what a process of its own says: what is set here holds for the whole of it."""
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_a_command_looks_seldom_and_ends_without_a_look():
    said = say(
        """
        import atexit, gc, sys

        # Called last, as the first that is registered.
        atexit.register(lambda: print(gc.get_freeze_count() > 10_000))
        before = gc.get_threshold()[0]
        sys.argv = ["tilshi", "--version"]
        from workers.cli import main

        main()
        print(gc.get_threshold()[0] > before)
        """
    )
    assert said[-2:] == ["True", "True"]
