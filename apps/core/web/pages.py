"""Addresses of our own pages."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def own_page(request: HttpRequest, url: str, otherwise: str) -> str:
    """``url`` where it is one of our own pages, else ``otherwise``, so that no link leads elsewhere through us."""
    is_ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_ours else otherwise
