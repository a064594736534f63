"""
Every file of the corpora at hand ends in articles or in an outcome with a name.

``./run corpora`` fetches them.
"""

import pytest

from tests.corpora.packages import CACHE, PACKAGES, samples
from tests.corpora.reading import read
from tests.corpora.valid import DELIBERATE, compare, is_valid_feed


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_every_file_of_a_corpus_ends_in_articles_or_a_named_outcome(package):
    if not package.archive.is_file():
        pytest.skip(f"{package} is not in {CACHE}; ./run corpora fetches it")
    account = read(samples(package))
    assert account.crashes == {}
    assert account.counts.total() > 0


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_every_valid_feed_of_a_corpus_is_read_as_feedparser_reads_it(package):
    if not package.archive.is_file():
        pytest.skip(f"{package} is not in {CACHE}; ./run corpora fetches it")
    differences = {}
    for sample in samples(package):
        if sample.is_page or sample.path.endswith(tuple(DELIBERATE)) or not is_valid_feed(sample):
            continue
        found = compare(sample)
        if found:
            differences[sample.path] = found[:3]
    assert differences == {}
