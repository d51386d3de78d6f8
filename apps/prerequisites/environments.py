"""Look at the address of a delivered environment: whether it answers, its certificate, and whether it may be production.

Every finding is a sign with its reason; none of them proves anything, and none decides.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from apps.core import clock, outbound
from apps.prerequisites.links import host_of, open_link, routed
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts.stages import PartyRole

SOON = 30
"""Days left of a certificate from which it is a warning."""

MARKS = re.compile(
    r"(?:^|[^a-z])(homolog\w*|homol|hml|hmg|staging|stage|stg|sandbox|teste?s?|qa|uat|dev|demo|preview)(?:[^a-z]|$)"
)
NOINDEX = re.compile(rb"<meta[^>]+name=[\"']?robots[\"']?[^>]+noindex", re.IGNORECASE)
PASSWORD = re.compile(rb"<input[^>]+type=[\"']?password", re.IGNORECASE)
MAIL_FOR_ALL = {
    "gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "yahoo.com", "yahoo.com.br", "icloud.com",
    "uol.com.br", "bol.com.br", "terra.com.br", "ig.com.br", "msn.com",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """``findings`` are ``{"key": word, "about": what it rests on}``, in the order in which they matter."""

    status: int | None = None
    certificate_until: datetime | None = None
    findings: list[dict[str, str]] = field(default_factory=list)


def look(submission: Submission) -> Seen:
    """Ask the delivered address once, without any credential."""
    url = submission.link
    host = host_of(url)
    try:
        answer = open_link(url, max_bytes=2_000_000)
    except outbound.Unreachable as error:
        expired = error.why == "tls" and "expired" in error.detail
        key = "certificate_expired" if expired else "certificate_bad" if error.why == "tls" else "unreachable"
        return Seen(findings=[_finding(key, error.why if key == "unreachable" else ""), *_mistaken(submission, host)])
    findings = []
    protected = answer.status in (401, 403) or PASSWORD.search(answer.body) is not None
    if protected:
        findings.append(_finding("asks_password"))
    elif answer.status >= 400:
        findings.append(_finding("bad_status", str(answer.status)))
    else:
        findings.append(_finding("answers"))
    there = host_of(answer.url)
    if there != host_of(routed(url)):
        findings.append(_finding("leads_elsewhere", there))
    if urlsplit(url).scheme != "https":
        findings.append(_finding("no_https"))
    if answer.certificate_until:
        left = (answer.certificate_until - clock.now()).days
        findings.append(_finding("certificate_soon" if left < SOON else "certificate_good", str(left)))
    findings += _mistaken(submission, host)
    if mark := MARKS.search(host + urlsplit(url).path.lower()):
        findings.append(_finding("says_test", mark[1]))
    elif not protected and answer.status < 400:
        hidden = "noindex" in answer.headers.get("x-robots-tag", "").lower() or NOINDEX.search(answer.body)
        findings.append(_finding("hidden_from_search" if hidden else "looks_public"))
    return Seen(answer.status, answer.certificate_until, findings)


def _finding(key: str, about: str = "") -> dict[str, str]:
    return {"key": key, "about": about[:120]}


def _mistaken(submission: Submission, host: str) -> list[dict[str, str]]:
    """Signs in the address itself that it is production's."""
    rollout = submission.prerequisite.rollout
    found = []
    production = rollout.prerequisites.filter(kind=Prerequisite.Kind.CREDENTIAL, environment="production")
    named = {_host(value) for item in production if item.last for value in item.last.values.values() if value}
    if host in named - {""}:
        found.append(_finding("same_host"))
    client = rollout.company(PartyRole.CLIENT)
    addresses = [
        *client.memberships.values_list("user__email", flat=True),
        *client.contacts.values_list("email", flat=True),
    ]
    domains = {_host(address.rpartition("@")[2]) for address in addresses} - MAIL_FOR_ALL - {""}
    if host.removeprefix("www.") in domains:
        found.append(_finding("own_domain", host))
    return found


def _host(value: object) -> str:
    """The host that a delivered value names, whether it is an address or a bare name; empty when it is neither."""
    text = str(value).strip()
    host = host_of(text if "://" in text else f"https://{text}")
    return host if "." in host else ""
