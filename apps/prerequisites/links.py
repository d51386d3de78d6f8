"""Open an address that a person delivered, through the one way out."""

from urllib.parse import urlsplit

from django.conf import settings

from apps.core import outbound

SIGN_IN_STEPS = {
    "login", "log-in", "signin", "sign-in", "signon", "entrar", "sso", "authorize", "authorise",
}  # fmt: skip
"""Steps of a path at which people sign in, whatever ending (``.php``) they have."""
SIGN_IN_HOSTS = {"accounts.google.com", "login.microsoftonline.com", "login.live.com", "id.atlassian.com"}
SIGN_IN_NAMES = ("login.", "auth.", "sso.")
SIGN_IN_DOMAINS = (".okta.com", ".auth0.com")


def routed(url: str) -> str:
    """``url``, or where the demonstration's stand-in plays it: only names that exist nowhere (``.example``)."""
    parts = urlsplit(url)
    if not settings.PLATFORM_STAND_IN or not (parts.hostname or "").endswith(".example"):
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{settings.PLATFORM_STAND_IN}/~{parts.hostname}{parts.path or '/'}{query}"


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
