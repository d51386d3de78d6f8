"""Ask the platform whether a delivered credential works: one cheap read, described by the platform's blueprint.

What comes out is evidence for the reviewer. It decides nothing, except that a credential which worked and no longer does
goes back to its owner, and only where somebody checked the probe against the platform (``checked`` in the blueprint).
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from apps.blueprints import content
from apps.core import outbound
from apps.prerequisites.models import Prerequisite, Probe, Submission
from apps.vault import actions as vault

KEYS = ("homologation_credentials", "production_credentials")
HOST = re.compile(r"[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Found:
    """What one request told. ``status`` is the platform's HTTP status, None without an answer; ``why`` is the reason
    there was none (``outbound.Unreachable.why``)."""

    outcome: str
    status: int | None = None
    why: str = ""


def of(prerequisite: Prerequisite) -> dict[str, Any]:
    """The probe of the platform, as the blueprint has it; empty when this item has none."""
    if prerequisite.kind != Prerequisite.Kind.CREDENTIAL or prerequisite.key not in KEYS:
        return {}
    return content.platform(prerequisite.rollout.platform.slug).probe


def is_trusted(prerequisite: Prerequisite) -> bool:
    """Somebody saw the probe tell right from wrong at the real platform, or a stand-in plays the platform."""
    return bool(of(prerequisite).get("checked") or settings.PLATFORM_STAND_IN)


@sensitive_variables()
def ask(submission: Submission) -> Found | None:
    """Try the delivered credential; None when the platform has no probe or the secrets are gone. Nothing is stored, and no
    value is repeated."""
    probe = of(submission.prerequisite)
    if not probe:
        return None
    specs = submission.prerequisite.specs()
    values = {name: value for name, value in submission.values.items() if isinstance(value, str)}
    kept = {secret.field: vault.unseal(secret) for secret in submission.secrets.all()}
    if any(spec["secret"] and spec["name"] not in kept and spec["name"] != "notes" for spec in specs):
        return None  # Its secrets were destroyed; without them the platform's answer would mean nothing.
    values |= kept
    try:
        url = _url(probe["url"], values)
        headers = {name: _header(text, values) for name, text in probe.get("headers", {}).items()}
        answer = outbound.fetch(probe.get("method", "GET"), url, headers=headers, max_bytes=5_000_000)
    except outbound.Unreachable as error:
        return Found(Probe.Outcome.UNREACHABLE, why=error.why)
    for outcome, key in (
        (Probe.Outcome.VALID, "valid_when"), (Probe.Outcome.WRONG, "wrong_when"), (Probe.Outcome.LACKING, "lacking_when"),
    ):  # fmt: skip
        if str(answer.status) in re.findall(r"\d+", probe.get(key, "")):
            return Found(outcome, answer.status)
    return Found(Probe.Outcome.UNCLEAR, answer.status)


@sensitive_variables()
def _url(template: str, values: dict[str, str]) -> str:
    """The address with the fields in place: whole addresses must be HTTPS, names in a host stay a name."""

    def fill(match: re.Match[str]) -> str:
        value = values.get(match[1], "").strip()
        if match.start() == 0:
            if not value.startswith("https://"):
                raise outbound.Unreachable("address", "not https")
            return value.rstrip("/")
        if "/" not in template[: match.start()].removeprefix("https://"):
            if not HOST.fullmatch(value):
                raise outbound.Unreachable("address", "not a host name")
            return value
        return quote(value, safe="")

    url = re.sub(r"\{(\w+)\}", fill, template)
    if settings.PLATFORM_STAND_IN:
        parts = urlsplit(url)
        return f"{settings.PLATFORM_STAND_IN}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    return url


@sensitive_variables()
def _header(template: str, values: dict[str, str]) -> str:
    text = re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], "").strip(), template)
    if "\r" in text or "\n" in text or not text.isascii():
        raise outbound.Unreachable("address", "not a header value")
    scheme, _space, rest = text.partition(" ")
    return f"Basic {b64encode(rest.encode()).decode()}" if scheme == "Basic" and ":" in rest else text
