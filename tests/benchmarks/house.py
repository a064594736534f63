"""
How the house stands: rooms, arrows, circles, names that stand twice, branches, tokens a line.

    ./run bench house [--before CHECKOUT]

With another checkout, its figures stand beside this one's, read by the same rules in the same run.
"""

import argparse
from pathlib import Path

from tests.support.floor_plan import (
    MOST_BRANCHES,
    count_tokens,
    find_circles,
    list_modules,
    list_public_classes,
    list_rooms,
    measure_functions,
    read_arrows,
)
from tests.support.modules import ROOT


def _longest_line(path: Path) -> int:
    return max(map(len, path.read_text().splitlines()), default=0)


def measure(root: Path) -> dict[str, str]:
    arrows = read_arrows(root)
    twice = [name for name, homes in list_public_classes(root).items() if len(homes) > 1]
    sizes = [size.branches for size in measure_functions(root)]
    over = sum(size > MOST_BRANCHES for size in sizes)
    counted = [count_tokens(path) for path in list_modules(root)]
    tokens = sum(pair[0] for pair in counted)
    lines = sum(pair[1] for pair in counted)
    longest = max(map(_longest_line, list_modules(root)))
    return {
        "rooms of the library": f"{len(list_rooms(arrows))}",
        "arrows between them": f"{len(arrows)}",
        "circles": f"{len(find_circles(arrows))}",
        "public classes that share a name": f"{len(twice)}",
        "functions": f"{len(sizes):,}",
        f"of them over {MOST_BRANCHES} branches": f"{over} ({over / len(sizes):.1%})",
        "lines of code": f"{lines:,}",
        "tokens a line": f"{tokens / lines:.2f}",
        "longest line": f"{longest}",
    }


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="./run bench house")
    parser.add_argument("--before", type=Path, help="another checkout, to stand beside this one")
    options = parser.parse_args(arguments)
    now = measure(ROOT)
    before = measure(options.before) if options.before else {}
    print("| | before | now |" if before else "| | now |")
    print("|---|---|---|" if before else "|---|---|")
    for name, value in now.items():
        cells = (name, before[name], value) if before else (name, value)
        print("| " + " | ".join(cells) + " |")
