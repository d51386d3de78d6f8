"""Which IP addresses are somebody's place on the public internet: globally reachable unicast, and nothing else.

The tables of Python's ``ipaddress`` differ between patch releases and lack ranges, and no kept library has all of them. These
are the registries themselves:

- https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry as they stood on 2025-10-09, with
  every block: also those that are globally reachable by protocol (anycast relays, sinks), since no site lives there and the
  nearest one that answers may be ours;
- what those two leave to others: multicast, IPv6 outside the space that is given out (2000::/3), the old site-local
  (fec0::/10) and IPv4-compatible (::/96) addresses, which are outside it too.
"""

import ipaddress

IPv4Network, IPv6Network = ipaddress.IPv4Network, ipaddress.IPv6Network

SPECIAL_4 = [
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # "this network"
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared address space of providers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link local; where clouds give out credentials
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # IETF protocol assignments, with all that is within
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relay anycast (deprecated) and 6a44 relay
        "192.168.0.0/16",  # private use
        "192.175.48.0/24",  # direct delegation AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and limited broadcast
    )
]

GIVEN_OUT_6 = IPv6Network("2000::/3")
SPECIAL_6 = [
    IPv6Network(block)
    for block in (
        "::1/128",  # loopback
        "::/128",  # unspecified
        "::ffff:0:0/96",  # IPv4-mapped: the connection would be IPv4's
        "64:ff9b:1::/48",  # translation for local use: no telling where the IPv4 address stands
        "100::/64",  # discard only
        "100:0:0:1::/64",  # dummy prefix
        "2001::/23",  # IETF protocol assignments: Teredo, benchmarking, AMT, AS112, ORCHID, drones
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",  # direct delegation AS112
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link local
        "fec0::/10",  # site local (deprecated)
        "ff00::/8",  # multicast
    )
]
# What a network without IPv4 makes of a public IPv4 address, which is judged instead.
NAT64 = IPv6Network("64:ff9b::/96")


def is_public(text: str) -> bool:
    """Whether the IP address ``text`` is globally reachable unicast; one with a zone (``fe80::1%eth0``) never is. Raises
    ``ValueError`` for what is no IP address."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in SPECIAL_4)
    if address.scope_id:
        return False
    if address in NAT64:
        return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address in GIVEN_OUT_6 and not any(address in block for block in SPECIAL_6)
