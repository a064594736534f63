"""``python -m workers.cli``: the command, for processes that start themselves."""

from workers.cli import main

main()
