"""Fetch the corpora and say what their files come to: ``./run corpora [NAME...]``."""

from __future__ import annotations

import sys

from tests.corpora.packages import PACKAGES, fetch, samples
from tests.corpora.reading import read

_COLUMNS = ("articles", "empty feed", "named error", "text", "no text", "crashed")


def main() -> int:
    """Return 1 if a file crashed, 3 if a package could not be fetched."""
    wanted = [package for package in PACKAGES if not sys.argv[1:] or package.name in sys.argv[1:]]
    missing, crashed = {}, {}
    print(
        f"| package | files | {' | '.join(_COLUMNS)} | slowest, ms "
        f"|\n|---|{'--:|' * (len(_COLUMNS) + 2)}"
    )
    for package in wanted:
        if why := fetch(package):
            missing[str(package)] = why
            continue
        account = read(samples(package))
        crashed |= account.crashes
        cells = [str(account.counts[column]) for column in _COLUMNS]
        row = [
            str(package),
            f"{account.counts.total():,}",
            *cells,
            f"{account.slowest[0] * 1000:,.0f}",
        ]
        print(f"| {' | '.join(row)} |", flush=True)
    for name, why in missing.items():
        sys.stderr.write(f"not fetched: {name}: {why}\n")
    for path, trace in crashed.items():
        sys.stderr.write(f"\n{path}\n{trace}")
    if crashed:
        return 1
    return 3 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
