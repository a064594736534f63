"""The catalogue that ships, and its table in the docs."""

from aggregator.sources.catalog import STANDINGS, read_catalog
from aggregator.sources.listing import write_listing
from config.settings import find_shipped_file
from tests.support.catalogue import PAGE, with_table


def test_the_table_in_the_docs_is_the_catalogues():
    page = PAGE.read_text()

    assert with_table(page) == page, "run ./run catalogue"
    assert page.count("<!-- catalogue") == 2


def test_every_shipped_source_says_what_is_known_and_the_doubtful_are_off():
    catalog = read_catalog(find_shipped_file("sources.toml").read_text(), "s")

    assert all(source.standing in STANDINGS for source in catalog.sources)
    assert all(
        source.paused
        for source in catalog.sources
        if source.standing in {"disputed", "old", "doubtful", "slow"}
    )
    assert write_listing(catalog).count("\n") == len(catalog.sources) + 2
