"""Open an address that a person delivered, through the one way out."""

from urllib.parse import urlsplit

from django.conf import settings

from apps.core.network import addresses, outbound

SIGN_IN_STEPS = {
    "login", "log-in", "signin", "sign-in", "signon", "entrar", "sso", "authorize", "authorise",
}  # fmt: skip
"""Steps of a path at which people sign in, whatever ending (``.php``) they have."""
SIGN_IN_HOSTS = {"accounts.google.com", "login.microsoftonline.com", "login.live.com", "id.atlassian.com"}
SIGN_IN_NAMES = ("login.", "auth.", "sso.")
SIGN_IN_DOMAINS = (".okta.com", ".auth0.com")


def routed(url: str) -> str:
    """``url``, or where the demonstration's stand-in plays it: only names that exist nowhere (``.example``)."""
    host = host_of(url)
    if not settings.PLATFORM_STAND_IN or not host.endswith(".example"):
        return url
    return f"{settings.PLATFORM_STAND_IN}/~{host}{addresses.parse(url).target}"


def host_of(url: str) -> str:
    """The host of ``url`` in its one form (``core.network.addresses``); empty for what cannot be read."""
    try:
        return addresses.parse(url).host
    except addresses.BadAddress:
        return ""


def open_link(url: str, *, max_bytes: int) -> outbound.Answer:
    """What ``url`` answers to anybody; raises ``outbound.Unreachable``."""
    return outbound.fetch("GET", routed(url), max_bytes=max_bytes)


def leads_to_sign_in(answer: outbound.Answer) -> bool:
    """What answered is a door, not a document, by its status or the address it led to."""
    if answer.status in (401, 403):
        return True
    parts = urlsplit(answer.url)
    return _is_sign_in_path(parts.path.lower()) or _is_sign_in_host((parts.hostname or "").lower())


def _is_sign_in_path(path: str) -> bool:
    steps = path.split("/")[1:]
    return any(step.partition(".")[0] in SIGN_IN_STEPS for step in steps) or "/users/sign_in" in path


def _is_sign_in_host(host: str) -> bool:
    return host in SIGN_IN_HOSTS or host.startswith(SIGN_IN_NAMES) or host.endswith(SIGN_IN_DOMAINS)
