"""Only globally reachable unicast is public: each special-purpose block from end to end, and not one address more."""

import ipaddress

import pytest

from apps.core.network import networks

# The registries' blocks, with those within others, and what is no unicast or was never given out.
BLOCKS = """
0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29
192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24
192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4
240.0.0.0/4 255.255.255.255/32
::/128 ::1/128 ::/96 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128 2001:1::2/128
2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16
2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8 4000::/3 ::/8 e000::/4
"""

# The last address before a block, and the first one after it, where they are somebody's place.
NEIGHBOURS = """
1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.1.255 192.0.3.0 192.31.195.255 192.31.197.0 192.52.192.255
192.52.194.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 192.175.47.255 192.175.49.0 198.17.255.255 198.20.0.0
198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
2000:: 2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2001:200:: 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::
2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2003:: 2620:4f:7fff:ffff:ffff:ffff:ffff:ffff 2620:4f:8001::
3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000:: 3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
8.8.8.8 93.184.216.34 2606:2800:220:1:248:1893:25c8:1946
"""


@pytest.mark.parametrize("block", BLOCKS.split())
def test_a_special_block_is_nobodys_place_from_its_first_to_its_last_address(block):
    network = ipaddress.ip_network(block)
    middle = network.network_address + network.num_addresses // 2
    for address in (network.network_address, middle, network.broadcast_address):
        assert not networks.is_public(str(address)), address


@pytest.mark.parametrize("address", NEIGHBOURS.split())
def test_what_borders_on_a_block_is_public(address):
    assert networks.is_public(address)


@pytest.mark.parametrize(
    ("inside", "public"),
    [("8.8.8.8", True), ("10.0.0.1", False), ("127.0.0.1", False), ("169.254.169.254", False), ("192.88.99.1", False)],
)
def test_an_address_translated_for_a_network_without_ipv4_is_judged_by_the_one_inside(inside, public):
    assert networks.is_public(str(networks.NAT64[int(ipaddress.IPv4Address(inside))])) is public


@pytest.mark.parametrize(
    "address",
    [
        "2002:a00:1::",
        "2002:808:808::",
        "::ffff:8.8.8.8",
        "::10.0.0.1",
        "::8.8.8.8",
        "2001:0:808:808::",
        "64:ff9b:1::a00:1",
    ],
)
def test_other_addresses_that_carry_one_are_refused_whatever_they_carry(address):
    assert not networks.is_public(address)


def test_an_address_of_one_link_is_not_public():
    assert not networks.is_public("fe80::1%eth0")
    assert not networks.is_public("2606:2800:220:1:248:1893:25c8:1946%eth0")


def test_what_is_no_address_is_not_judged():
    with pytest.raises(ValueError, match="does not appear"):
        networks.is_public("exemplo.com.br")
