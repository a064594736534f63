"""
Every file of the corpora at hand ends in articles or in an outcome with a name.

``./run corpora`` fetches them.
"""

import pytest

from tests.corpora.packages import CACHE, PACKAGES, samples
from tests.corpora.reading import read


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_every_file_of_a_corpus_ends_in_articles_or_a_named_outcome(package):
    if not package.archive.is_file():
        pytest.skip(f"{package} is not in {CACHE}; ./run corpora fetches it")
    account = read(samples(package))
    assert account.crashes == {}
    assert account.counts.total() > 0
