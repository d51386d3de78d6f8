"""Ask the platform whether a delivered credential works: a few cheap reads, described by the platform's blueprint.

What comes out is evidence for the reviewer. It decides nothing, except that a credential which worked and no longer does
goes back to its owner (``evidence.probe``).
"""

import hmac
import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from apps.blueprints import content
from apps.core import outbound
from apps.prerequisites.models import Prerequisite, Probe, Submission
from apps.rollouts.models import Rollout
from apps.vault import actions as vault

PRODUCTION = "production_credentials"
KEYS = ("homologation_credentials", PRODUCTION)
HOST = re.compile(r"[A-Za-z0-9.-]+")
MAX_BYTES = 5_000_000
NOTHING = content.Probe()


@dataclass(frozen=True)
class Found:
    """What the requests told. ``status`` is the HTTP status that decided, None without an answer; ``why`` is a word for
    the reason: ``outbound.Unreachable.why``, ``body``, ``page``, ``redirect``, ``production``, ``test``, ``same``."""

    outcome: str
    status: int | None = None
    why: str = ""


def of(prerequisite: Prerequisite) -> content.Probe:
    """The probe of the platform, or the item's own, as the newest blueprint has it; without steps when there is none."""
    if prerequisite.kind != Prerequisite.Kind.CREDENTIAL:
        return NOTHING
    return _known(prerequisite.rollout).get(prerequisite.key, NOTHING)


def _known(rollout: Rollout) -> dict[str, content.Probe]:
    """The probes by the key of their item; read once and kept on the rollout object for the request."""
    found = getattr(rollout, "_probes", None)
    if found is None:
        found = {}
        with suppress(content.Blueprint.DoesNotExist):  # Nothing was loaded: nothing is known.
            found = dict.fromkeys(KEYS, content.platform(rollout.platform.slug).probe)
            found |= {item.key: item.probe for item in content.prerequisites_for(rollout.platform.slug) if item.probe}
        rollout._probes = found  # type: ignore[attr-defined]
    return found


def is_trusted(prerequisite: Prerequisite) -> bool:
    """Somebody saw the probe tell right from wrong at the real platform, or a stand-in plays the platform."""
    return bool(of(prerequisite).checked or settings.PLATFORM_STAND_IN)


@sensitive_variables()
def ask(submission: Submission) -> Found | None:
    """Try the delivered credential; None when nothing can be said of it, as when its secrets are gone. Nothing is stored,
    and no value is repeated."""
    item = submission.prerequisite
    probe = of(item)
    values = _values(submission)
    if any(spec["secret"] and spec["name"] not in values and spec["name"] != "notes" for spec in item.specs()):
        return None
    found = _walk(probe, values, item.environment) if probe.steps else None
    if (found is None or found.outcome == Probe.Outcome.VALID) and is_the_others(submission, values):
        return Found(Probe.Outcome.ELSEWHERE, found.status if found else None, "same")
    return found


@sensitive_variables()
def is_the_others(submission: Submission, values: dict[str, str] | None = None) -> bool:
    """The other environment's credential holds the same in a field that the platform gives each environment apart."""
    item = submission.prerequisite
    if item.key not in KEYS:
        return False
    other = item.rollout.prerequisites.filter(key__in=KEYS).exclude(key=item.key).first()
    if other is None or other.last is None:
        return False
    mine, theirs = values or _values(submission), _values(other.last)
    return any(
        hmac.compare_digest(_plain(mine[name]), _plain(theirs[name]))
        for name in content.platform(item.rollout.platform.slug).differs
        if mine.get(name) and theirs.get(name)
    )


def _plain(value: str) -> bytes:
    return value.strip().rstrip("/").lower().encode()


@sensitive_variables()
def _values(submission: Submission) -> dict[str, str]:
    values = {name: value for name, value in submission.values.items() if isinstance(value, str)}
    return values | {secret.field: vault.unseal(secret) for secret in submission.secrets.all()}


@sensitive_variables()
def _walk(probe: content.Probe, delivered: dict[str, str], environment: str) -> Found:
    values, body, status = dict(delivered), None, None
    try:
        for step in probe.steps:
            answer = _send(step, values)
            status = answer.status
            for outcome, statuses in ((Probe.Outcome.WRONG, step.wrong), (Probe.Outcome.LACKING, step.lacking)):
                if status in statuses:
                    return Found(outcome, status)
            if status not in step.valid:
                return Found(Probe.Outcome.UNCLEAR, status)
            if "text/html" in answer.headers.get("content-type", ""):
                return Found(Probe.Outcome.UNCLEAR, status, "page")
            body = _json(answer)
            if any(
                _at(body, rule.path).lower() not in [value.lower() for value in rule.values] for rule in step.expect
            ):
                return Found(Probe.Outcome.UNCLEAR, status, "body")
            values |= {name: found for name, path in step.keep.items() if (found := _at(body, path))}
    except outbound.Unreachable as error:
        if error.why == "redirect":
            return Found(Probe.Outcome.UNCLEAR, status, "redirect")
        return Found(Probe.Outcome.UNREACHABLE, why=error.why)
    if probe.environment and (there := _environment(probe.environment, delivered, body)) and there != environment:
        return Found(Probe.Outcome.ELSEWHERE, status, "test" if there == "homologation" else "production")
    return Found(Probe.Outcome.VALID, status)


@sensitive_variables()
def _send(step: content.ProbeStep, values: dict[str, str]) -> outbound.Answer:
    url = _url(step.url, values)
    headers = {name: _header(text, values) for name, text in step.headers.items()}
    body: dict[str, Any] = {}
    if step.form:
        body["form"] = {name: _filled(text, values) for name, text in step.form.items()}
    elif step.json:
        body["json"] = {name: _filled(text, values) for name, text in step.json.items()}
    answer = outbound.fetch(step.method, url, headers=headers, max_bytes=MAX_BYTES, **body)
    # What another host answered to a request that had lost its credentials says nothing of them.
    if urlsplit(answer.url)[:2] != urlsplit(url)[:2]:
        raise outbound.Unreachable("redirect")
    return answer


def _environment(rule: content.EnvironmentRule, values: dict[str, str], body: Any) -> str:
    """``homologation`` or ``production`` by the platform's own sign; empty when it gives none."""
    told = (values.get(rule.field, "") if rule.field else _at(body, rule.path)).strip().lower()
    for environment, patterns in (("homologation", rule.test), ("production", rule.production)):
        if told and any(fnmatchcase(told, pattern.lower()) for pattern in patterns):
            return environment
    return ""


def _json(answer: outbound.Answer) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _at(body: Any, path: str) -> str:
    """The value at ``path`` (keys with dots between) as text; empty when it is not there."""
    for key in path.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return str(body) if isinstance(body, (str, int, float)) else ""


@sensitive_variables()
def _filled(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], "").strip(), template)


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
    text = _filled(template, values)
    if "\r" in text or "\n" in text or not text.isascii():
        raise outbound.Unreachable("address", "not a header value")
    scheme, _space, rest = text.partition(" ")
    return f"Basic {b64encode(rest.encode()).decode()}" if scheme == "Basic" and ":" in rest else text
