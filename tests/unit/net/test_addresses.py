"""Which addresses are everybody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.net.addresses import is_public


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "178.89.1.1", "1.1.1.1", "192.0.1.1", "172.32.0.1", "100.128.0.1",
     "2a00:1450::1", "2606:4700::1111",
     "::ffff:8.8.8.8", "64:ff9b::808:808",
     "2a00:1450::5efe:808:808"],
)  # fmt: skip
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254",
     "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1",
     "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
     "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1", "ff02::1",
     "2001:db8::1", "3fff::1",
     "100::1", "5f00::1", "2001::1", "2002:0a00:0001::1", "2002:0808:0808::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "::127.0.0.1",
     "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "2001:0:7f00:1::1", "2a00:1450::5efe:127.0.0.1",
     "2a00:1450::200:5efe:10.0.0.1"],
)  # fmt: skip
def test_not_public(address: str) -> None:
    assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_as_public_as_the_one_it_carries(address) -> None:
    assert is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}") == is_public(address)


@pytest.mark.parametrize("text", ["", "example.kz", "1.2.3", "0x7f.1"])
def test_a_name_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        is_public(text)
