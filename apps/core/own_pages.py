"""Addresses of our own pages."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 4_000
"""Characters of an address that somebody is led to."""


def own_page(request: HttpRequest, url: str, otherwise: str) -> str:
    """``url`` where it is one of our own pages, else ``otherwise``, so that no link leads elsewhere through us."""
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours and is_address(url) else otherwise


def is_address(url: str) -> bool:
    """Whether ``url`` can be led to: in full, or from the root (``/…``). Django takes anything else for the name of a route,
    and half a character (a lone surrogate) goes into no header."""
    try:
        url.encode()
        return len(url) <= LONGEST and urlsplit(url).path.startswith("/")
    except ValueError:
        return False


def page_above(path: str) -> str:
    """The nearest address above ``path`` that there is, ``/`` at last: where somebody belongs who opens the address of a form
    as a page, for example with "reload" or after signing in again."""
    steps = path.strip("/").split("/")
    addresses = (f"/{'/'.join(steps[:count])}/" for count in range(len(steps) - 1, 0, -1))
    return next((address for address in addresses if is_valid_path(address)), "/")
