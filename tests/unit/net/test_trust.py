"""The list of trusted certificates is read once for each kind of client."""

from aggregator.net.trust import trust_public


def test_clients_of_one_kind_share_a_list_and_others_do_not():
    """Which protocols a client speaks is written into its list, at each connection anew."""
    assert trust_public(http2=True) is trust_public(http2=True)
    assert trust_public(http2=True) is not trust_public(http2=False)
    assert trust_public(http2=False).cert_store_stats()["x509_ca"] > 0
