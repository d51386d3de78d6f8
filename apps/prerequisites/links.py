"""Open an address that a person delivered, through the one way out."""

import re
from urllib.parse import urlsplit

from django.conf import settings

from apps.core import addresses, outbound

# The last part of a path, or a host, at which people sign in.
SIGN_IN_PATH = re.compile(
    r"/(log-?in|sign-?in|signon|entrar|sso|authorize|authorise|users/sign_in)(/|\.\w+|$)", re.IGNORECASE
)
SIGN_IN_HOST = re.compile(
    r"^(accounts\.google\.com|login\.microsoftonline\.com|login\.live\.com|id\.atlassian\.com|login\.\S+|auth\.\S+|sso\.\S+"
    r"|\S+\.okta\.com|\S+\.auth0\.com)$"
)
PASSWORD = re.compile(rb"<input[^>]+type=[\"']?password", re.IGNORECASE)


def routed(url: str) -> str:
    """``url``, or where the demonstration's stand-in plays it: only names that exist nowhere (``.example``)."""
    host = host_of(url)
    if not settings.PLATFORM_STAND_IN or not host.endswith(".example"):
        return url
    return f"{settings.PLATFORM_STAND_IN}/~{host}{addresses.parse(url).target}"


def host_of(url: str) -> str:
    """The host of ``url`` in its one form (``core.addresses``); empty for what cannot be read."""
    try:
        return addresses.parse(url).host
    except addresses.BadAddress:
        return ""


def open_link(url: str, *, max_bytes: int) -> outbound.Answer:
    """What ``url`` answers to anybody; raises ``outbound.Unreachable``."""
    return outbound.fetch("GET", routed(url), max_bytes=max_bytes)


def asks_to_sign_in(answer: outbound.Answer) -> bool:
    """What answered is a door, not a document: its status, the address it led to, or a field for a password."""
    if answer.status in (401, 403):
        return True
    parts = urlsplit(answer.url)
    if SIGN_IN_PATH.search(parts.path) or SIGN_IN_HOST.match((parts.hostname or "").lower()):
        return True
    head = answer.body[:200_000]
    return b"<html" in head.lower() and PASSWORD.search(head) is not None
