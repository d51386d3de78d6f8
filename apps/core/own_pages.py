"""Addresses of our own pages."""

from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.http import url_has_allowed_host_and_scheme


def own_page(request: HttpRequest, url: str, otherwise: str) -> str:
    """``url`` where it is one of our own pages, else ``otherwise``, so that no link leads elsewhere through us."""
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours else otherwise


def page_above(path: str) -> str:
    """The nearest address above ``path`` that there is, ``/`` at last: where somebody belongs who opens the address of a form
    as a page, for example with "reload" or after signing in again."""
    steps = path.strip("/").split("/")
    addresses = (f"/{'/'.join(steps[:count])}/" for count in range(len(steps) - 1, 0, -1))
    return next((address for address in addresses if is_valid_path(address)), "/")
