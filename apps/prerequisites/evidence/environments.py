"""Look at the address of a delivered environment: whether it answers, its certificate, and whether it may be production.

Every finding is a sign with its reason; none of them proves anything, and none decides.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from apps.companies.models import PersonEmail
from apps.core import clock
from apps.core.network import outbound
from apps.core.process import PartyRole
from apps.core.untrusted import confined
from apps.prerequisites.evidence.links import host_of, open_link, routed
from apps.prerequisites.models import Prerequisite, Submission

READER = "apps.prerequisites.evidence.page_reader"
LIMITS = confined.Limits(cpu_seconds=5, seconds=20)
SOON = 30
"""Days left of a certificate from which it is a warning."""

TEST_WORDS = {
    "homol", "hml", "hmg", "staging", "stage", "stg", "sandbox", "teste", "testes", "test", "tests", "qa", "uat", "dev",
    "demo", "preview",
}  # fmt: skip
MAIL_FOR_ALL = {
    "gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "yahoo.com", "yahoo.com.br", "icloud.com",
    "uol.com.br", "bol.com.br", "terra.com.br", "ig.com.br", "msn.com",
}  # fmt: skip


@dataclass(frozen=True)
class Observation:
    """``findings`` are ``{"key": word, "about": what it rests on}``, in the order in which they matter."""

    status: int | None = None
    certificate_until: datetime | None = None
    findings: list[dict[str, str]] = field(default_factory=list)


def look(submission: Submission) -> Observation:
    """Ask the delivered address once, without any credential."""
    url = submission.link
    host = host_of(url)
    try:
        answer = open_link(url, max_bytes=2_000_000)
    except outbound.Unreachable as error:
        expired = error.why == "tls" and "expired" in error.detail
        key = "certificate_expired" if expired else "certificate_bad" if error.why == "tls" else "unreachable"
        return Observation(
            findings=[_finding(key, error.why if key == "unreachable" else ""), *_signs_of_production(submission, host)]
        )
    findings = []
    page = _page(answer.body)
    protected = answer.status in (401, 403) or (page is not None and page["password"])
    if protected:
        findings.append(_finding("asks_password"))
    elif answer.status >= 400:
        findings.append(_finding("bad_status", str(answer.status)))
    else:
        findings.append(_finding("answers"))
    final_host = host_of(answer.url)
    if final_host != host_of(routed(url)):
        findings.append(_finding("leads_elsewhere", final_host))
    if urlsplit(url).scheme != "https":
        findings.append(_finding("no_https"))
    if answer.certificate_until:
        days_left = (answer.certificate_until - clock.now()).days
        findings.append(_finding("certificate_soon" if days_left < SOON else "certificate_good", str(days_left)))
    findings += _signs_of_production(submission, host)
    if word := test_word(host + urlsplit(url).path.lower()):
        findings.append(_finding("says_test", word))
    elif page is None:
        findings.append(_finding("unread"))
    elif not protected and answer.status < 400:
        hidden = "noindex" in answer.headers.get("x-robots-tag", "").lower() or page["noindex"]
        findings.append(_finding("hidden_from_search" if hidden else "looks_public"))
    return Observation(answer.status, answer.certificate_until, findings)


def test_word(address: str) -> str:
    """The word by which an address, in small letters, says that it is a test; empty when none does."""
    letters = "".join(letter if "a" <= letter <= "z" else " " for letter in address)
    return next((word for word in letters.split() if word in TEST_WORDS or word.startswith("homolog")), "")


def _page(body: bytes) -> dict[str, Any] | None:
    """What the page says of itself (``markup.Page``); None when it could not be read within the limits."""
    try:
        return confined.read(READER, body, limits=LIMITS)
    except confined.ReadingFailed:
        return None


def _finding(key: str, about: str = "") -> dict[str, str]:
    return {"key": key, "about": about[:120]}


def _signs_of_production(submission: Submission, host: str) -> list[dict[str, str]]:
    """Signs in the address itself that it is production's."""
    rollout = submission.prerequisite.rollout
    signs = []
    production = rollout.prerequisites.filter(kind=Prerequisite.Kind.CREDENTIAL, environment="production")
    production_hosts = {
        _host(value) for item in production if item.last for value in item.last.values.values() if value
    }
    if host in production_hosts - {""}:
        signs.append(_finding("same_host"))
    client = rollout.company(PartyRole.CLIENT)
    addresses = [
        *client.memberships.values_list("user__email", flat=True),
        *PersonEmail.objects.filter(person__company=client).values_list("email", flat=True),
    ]
    domains = {_host(address.rpartition("@")[2]) for address in addresses} - MAIL_FOR_ALL - {""}
    if host.removeprefix("www.") in domains:
        signs.append(_finding("own_domain", host))
    return signs


def _host(value: object) -> str:
    """The host that a delivered value names, whether it is an address or a bare name; empty when it is neither."""
    text = str(value).strip()
    host = host_of(text if "://" in text else f"https://{text}")
    return host if "." in host else ""
