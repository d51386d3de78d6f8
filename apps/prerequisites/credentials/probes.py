"""Ask the platform whether a delivered credential works: a few cheap reads, described by the platform's blueprint.

What comes out is evidence for the reviewer. It decides nothing, except that a credential which worked and no longer does
goes back to its owner (``evidence.probe``).
"""

import hmac
import logging
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import tink
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from apps.blueprints.catalogues import content
from apps.blueprints.loading import places
from apps.core.network import addresses, outbound
from apps.core.network.addresses import Address
from apps.prerequisites.credentials import destinations
from apps.prerequisites.models import Prerequisite, Probe, Submission
from apps.rollouts.models import Rollout
from apps.vault import actions as vault

PRODUCTION = "production_credentials"
KEYS = ("homologation_credentials", PRODUCTION)
MAX_BYTES = 5_000_000
NOTHING = content.Probe()
OTHER = {"homologation": "production", "production": "homologation"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProbeResult:
    """What the platform answered. ``status`` is the HTTP status that decided, None without an answer; ``why`` is a word for
    the reason: ``outbound.Unreachable.why``, ``body``, ``page``, ``redirect``, ``production``, ``test``, ``same``,
    ``destination``, ``host``."""

    outcome: str
    status: int | None = None
    why: str = ""


def of(prerequisite: Prerequisite) -> content.Probe:
    """The probe of the platform, or the item's own, as the newest blueprint has it; without steps when there is none."""
    if not prerequisite.fields:
        return NOTHING
    return _probes_of_rollout(prerequisite.rollout).get(prerequisite.key, NOTHING)


def _probes_of_rollout(rollout: Rollout) -> dict[str, content.Probe]:
    """The probes by the key of their item; read once and kept on the rollout object for the request."""
    probes_by_key = getattr(rollout, "_probes", None)
    if probes_by_key is None:
        probes_by_key = {}
        with suppress(content.Blueprint.DoesNotExist):  # Nothing was loaded: nothing is known.
            platform, items = content.platform_with_prerequisites(rollout.platform.slug)
            probes_by_key = dict.fromkeys(KEYS, platform.probe)
            probes_by_key |= {item.key: item.probe for item in items if item.probe}
        rollout._probes = probes_by_key  # type: ignore[attr-defined]
    return probes_by_key


def hosts_of(prerequisite: Prerequisite, environment: str) -> list[str]:
    """The patterns of the platform's own hosts in ``environment`` for its credentials; empty where each shop has its own."""
    if prerequisite.key not in KEYS:
        return []
    with suppress(content.Blueprint.DoesNotExist):
        return content.platform(prerequisite.rollout.platform.slug).hosts.of(environment)
    return []


def destination(prerequisite: Prerequisite, values: dict[str, Any]) -> str:
    """Where a credential with ``values`` sends its secrets, as the vault binds it to them (``destinations.stated``)."""
    return destinations.stated(prerequisite.fields, urls(prerequisite), values)


def urls(prerequisite: Prerequisite) -> list[str]:
    """The addresses that its probe asks, with the fields in braces."""
    return [step.url for step in of(prerequisite).steps]


def is_trusted(prerequisite: Prerequisite) -> bool:
    """Somebody saw the probe tell right from wrong at the real platform, or a stand-in plays the platform."""
    return bool(of(prerequisite).checked or settings.PLATFORM_STAND_IN)


@sensitive_variables()
def ask(submission: Submission) -> ProbeResult | None:
    """Try the delivered credential; None when nothing can be said of it, as when its secrets are gone. Nothing is stored,
    and no value is repeated.

    Each secret goes only to the destination that it was given for: where the delivery now says another, or the vault does
    not open it for that, nothing is sent.
    """
    item = submission.prerequisite
    probe = of(item)
    secrets = {secret.field: secret for secret in submission.secrets.all()}
    if any(row["secret"] and row["name"] not in secrets and row["name"] != "notes" for row in item.fields):
        return None
    result = None
    if probe.steps:
        stated = destination(item, submission.values)
        if any(secret.destination != stated for secret in secrets.values()):
            return ProbeResult(Probe.Outcome.WITHHELD, why="destination")
        try:
            values = _texts(submission) | {name: vault.unseal_for(secret, stated) for name, secret in secrets.items()}
        except tink.TinkError:
            logger.exception(
                "A secret of delivery %s does not open for its destination; nothing was sent.", submission.pk
            )
            return ProbeResult(Probe.Outcome.WITHHELD, why="destination")
        result = _walk(probe, values, _Bounds(item, destinations.hosts_of(stated)))
    if (result is None or result.outcome == Probe.Outcome.VALID) and equals_other_environment(submission):
        return ProbeResult(Probe.Outcome.ELSEWHERE, result.status if result else None, "same")
    return result


@sensitive_variables()
def equals_other_environment(submission: Submission) -> bool:
    """The other environment's credential holds the same in a field that the platform gives each environment apart."""
    item = submission.prerequisite
    if item.key not in KEYS:
        return False
    other = item.rollout.prerequisites.filter(key__in=KEYS).exclude(key=item.key).first()
    if other is None or other.last is None:
        return False
    try:
        values, other_values = _values(submission), _values(other.last)
    except tink.TinkError:
        return False
    return any(
        hmac.compare_digest(_plain(values[name]), _plain(other_values[name]))
        for name in content.platform(item.rollout.platform.slug).differs
        if values.get(name) and other_values.get(name)
    )


def _plain(value: str) -> bytes:
    return value.strip().rstrip("/").lower().encode()


def _texts(submission: Submission) -> dict[str, str]:
    return {name: value for name, value in submission.values.items() if isinstance(value, str)}


@sensitive_variables()
def _values(submission: Submission) -> dict[str, str]:
    """Everything that was delivered, secrets too: to be compared, never sent."""
    return _texts(submission) | {secret.field: vault.unseal(secret) for secret in submission.secrets.all()}


class _Bounds:
    """The places to which a credential may be sent: the hosts that it was given for, within the platform's own."""

    def __init__(self, item: Prerequisite, hosts: Sequence[str]) -> None:
        self.hosts, self.environment = hosts, item.environment
        self.patterns = hosts_of(item, item.environment)
        self.of_the_other = hosts_of(item, OTHER.get(item.environment, ""))

    def refusal(self, address: Address) -> ProbeResult | None:
        """Why nothing may be sent to ``address``; None when it may."""
        if address.scheme != "https" or address.authority not in self.hosts:
            return ProbeResult(Probe.Outcome.WITHHELD, why="destination")
        if not self.patterns or destinations.allowed(address, self.patterns):
            return None
        if destinations.allowed(address, self.of_the_other):
            environment = "test" if self.environment == "production" else "production"
            return ProbeResult(Probe.Outcome.ELSEWHERE, why=environment)
        return ProbeResult(Probe.Outcome.WITHHELD, why="host")


class _Withheld(Exception):
    """A step would have sent the credential where it may not go."""

    def __init__(self, result: ProbeResult) -> None:
        super().__init__(result.why)
        self.result = result


@sensitive_variables()
def _walk(probe: content.Probe, delivered: dict[str, str], bounds: _Bounds) -> ProbeResult:
    values, body, status = dict(delivered), None, None
    try:
        for step in probe.steps:
            answer = _send(step, values, bounds)
            status = answer.status
            for outcome, statuses in ((Probe.Outcome.WRONG, step.wrong), (Probe.Outcome.LACKING, step.lacking)):
                if status in statuses:
                    return ProbeResult(outcome, status)
            if status not in step.valid:
                return ProbeResult(Probe.Outcome.UNCLEAR, status)
            if "text/html" in answer.headers.get("content-type", ""):
                return ProbeResult(Probe.Outcome.UNCLEAR, status, "page")
            body = _json(answer)
            if any(
                _at(body, rule.path).lower() not in [value.lower() for value in rule.values] for rule in step.expect
            ):
                return ProbeResult(Probe.Outcome.UNCLEAR, status, "body")
            values |= {name: value for name, path in step.keep.items() if (value := _at(body, path))}
    except _Withheld as withheld:
        return withheld.result
    except addresses.BadAddress:
        return ProbeResult(Probe.Outcome.UNREACHABLE, why="address")
    except outbound.Unreachable as error:
        if error.why == "redirect":
            return ProbeResult(Probe.Outcome.UNCLEAR, status, "redirect")
        return ProbeResult(Probe.Outcome.UNREACHABLE, why=error.why)
    environment = _environment(probe.environment, delivered, body) if probe.environment else ""
    if environment and environment != bounds.environment:
        return ProbeResult(Probe.Outcome.ELSEWHERE, status, "test" if environment == "homologation" else "production")
    return ProbeResult(Probe.Outcome.VALID, status)


@sensitive_variables()
def _send(step: content.ProbeStep, values: dict[str, str], bounds: _Bounds) -> outbound.Answer:
    address = addresses.parse(destinations.filled(step.url, values))
    if refusal := bounds.refusal(address):
        raise _Withheld(refusal)
    url = _routed(address)
    headers = {name: _header(text, values) for name, text in step.headers.items()}
    body: dict[str, Any] = {}
    if step.form:
        body["form"] = {name: _filled(text, values) for name, text in step.form.items()}
    elif step.json:
        body["json"] = {name: _filled(text, values) for name, text in step.json.items()}
    answer = outbound.fetch(step.method, url, headers=headers, max_bytes=MAX_BYTES, **body)
    # What another host answered to a request that had lost its credentials says nothing of them.
    if addresses.parse(answer.url).origin != addresses.parse(url).origin:
        raise outbound.Unreachable("redirect")
    return answer


def _environment(rule: content.EnvironmentRule, values: dict[str, str], body: Any) -> str:
    """``homologation`` or ``production`` by the platform's own sign; empty when it gives none."""
    sign = (values.get(rule.field, "") if rule.field else _at(body, rule.path)).strip().lower()
    for environment, patterns in (("homologation", rule.test), ("production", rule.production)):
        if sign and any(fnmatchcase(sign, pattern.lower()) for pattern in patterns):
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
    return places.PLACEHOLDER.sub(lambda match: values.get(match[1], "").strip(), template)


@sensitive_variables()
def _routed(address: Address) -> str:
    """``address``, or where the demonstration's stand-in plays the platform."""
    return f"{settings.PLATFORM_STAND_IN}{address.target}" if settings.PLATFORM_STAND_IN else str(address)


@sensitive_variables()
def _header(template: str, values: dict[str, str]) -> str:
    text = _filled(template, values)
    if not text.isascii() or not text.isprintable():
        raise outbound.Unreachable("address", "not a header value")
    scheme, _space, rest = text.partition(" ")
    return f"Basic {b64encode(rest.encode()).decode()}" if scheme == "Basic" and ":" in rest else text
