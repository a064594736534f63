"""Where digests differ, one line for each place: two whole digests say it to nobody."""

import json
from collections.abc import Iterable, Iterator

from aggregator.models import Digest
from aggregator.models.digest_json import write_digest


def list_differences(expected: Iterable[Digest], got: Iterable[Digest]) -> list[str]:
    """Places as ``edition day.stories.0.headline``, with both values as JSON."""
    wanted, found = _by_edition(expected), _by_edition(got)
    return [
        line
        for name in sorted(wanted.keys() | found.keys())
        for line in _compare(name, wanted.get(name), found.get(name))
    ]


def _by_edition(digests: Iterable[Digest]) -> dict[str, object]:
    return {
        f"{digest.edition} {digest.day}": json.loads(write_digest(digest)) for digest in digests
    }


def _compare(place: str, wanted: object, found: object) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in [*wanted, *(key for key in found if key not in wanted)]:
            yield from _compare(f"{place}.{key}", wanted.get(key), found.get(key))
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, pair in enumerate(zip(wanted, found, strict=True)):
            yield from _compare(f"{place}.{number}", *pair)
    elif wanted != found:
        shown, instead = (json.dumps(value, ensure_ascii=False) for value in (wanted, found))
        yield f"{place}: {shown} became {instead}"
