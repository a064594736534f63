"""``./run lint``: at least 98 of 100 functions have at most ten branches, as lizard counts them."""

import sys

from tests.support.floor_plan import MOST_BRANCHES, measure_functions
from tests.support.modules import ROOT

SHARE = 0.02


def main() -> int:
    sizes = list(measure_functions(ROOT))
    over = [size for size in sizes if size.branches > MOST_BRANCHES]
    share = len(over) / len(sizes)
    print(
        f"{len(over)} of {len(sizes)} functions have more than {MOST_BRANCHES} branches "
        f"({share:.1%}; at most {SHARE:.0%})"
    )
    if share <= SHARE:
        return 0
    for size in over:
        print(f"  {size.place}: {size.branches}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
