"""Where a request comes from, for limits that anybody meets before it is known who they are."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

IPV6_PREFIX = 64
"""What one household or one server is given: within it somebody changes the address at will."""


def network_of(request: HttpRequest) -> str:
    """The IPv4 address or the IPv6 /64 of whoever sent ``request``.

    ``X-Forwarded-For`` counts only with ``BEHIND_PROXY``, and of it only what the proxy itself added. All of whom there is no
    telling are one place.
    """
    try:
        return network(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return "unknown"


def network(address: str) -> str:
    """The part of an IP ``address`` that counts as one place. IPv4 written as IPv6 is IPv4."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)
