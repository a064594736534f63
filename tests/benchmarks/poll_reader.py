"""
Polls feeds with the package reader, in an environment that has it and nothing of ours.

    python poll_reader.py DATABASE WORKERS, addresses on stdin: those for warming up, an empty line,
    the others

Each further line on stdin names a pass; what it took is printed as a line of JSON. Adding feeds and
loading what is loaded on first use is not counted.
"""

import json
import resource
import sys
import time

from reader import make_reader


def main() -> None:
    database, workers = sys.argv[1], int(sys.argv[2])
    lines = iter(sys.stdin.readline, "")
    reader = make_reader(database)
    for address in _read_block(lines):
        reader.add_feed(address)
    reader.update_feeds(scheduled=False, workers=workers)
    for feed in list(reader.get_feeds()):
        reader.delete_feed(feed)
    for address in _read_block(lines):
        reader.add_feed(address)
    print("ready", flush=True)
    for _ in lines:
        began, spent = time.perf_counter(), _count_processor()
        reader.update_feeds(scheduled=False, workers=workers)
        took = {"wall": time.perf_counter() - began, "processor": _count_processor() - spent}
        counts = reader.get_feed_counts()
        said = {"items": reader.get_entry_counts().total, "failed": counts.broken}
        print(json.dumps(took | said), flush=True)
    reader.close()


def _read_block(lines):
    addresses = []
    for line in lines:
        if not line.strip():
            break
        addresses.append(line.strip())
    return addresses


def _count_processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
