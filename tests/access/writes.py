"""What people do most, as their browsers send it, and how many statements each asks of the database."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core import canonical, clock
from apps.core.process import FORWARD, Stage
from apps.hours.ledger import actions as ledger
from apps.prerequisites.models import Prerequisite
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.acceptance.models import Signatory
from apps.stages.acceptance.signing import codes
from apps.stages.acceptance.wording import record
from apps.stages.homologation import queries as homologation
from apps.stages.homologation.models import Case
from presence_rollout.ops.multiply import multiply, repeat_events
from tests.access import probe
from tests.accounts.proving import prove_by_mail

MOST = 20
"""What any of them may ask."""
COPIES = 29


@dataclass(frozen=True)
class Form:
    """What somebody sends: who, where to, and with what."""

    person: User
    url: str
    data: dict[str, Any] = field(default_factory=dict)
    proves: bool = False

    def send(self) -> list[str]:
        """Send it, as somebody who is signed in and was there before; the statements that it asked."""
        browser = Client()
        browser.force_login(self.person, backend="allauth.account.auth_backends.AuthenticationBackend")
        if self.proves:
            prove_by_mail(browser)
        browser.get(reverse("companies:list"))
        with statements() as asked:
            answer = browser.post(self.url, self.data)
        assert answer.status_code == 302, re.findall(r"(?s)role=.alert.*?</div>", answer.content.decode())[:2]
        assert not probe.is_asked(answer)
        return asked


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile. The outermost block of ``atomic`` is a savepoint in a test and a transaction
    elsewhere; those within it are savepoints there too, and count."""
    asked: list[str] = []
    depth = 0

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal depth
        statement = str(sql)
        if statement.startswith(("RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
            depth -= 1
        if depth or not statement.startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
            asked.append(statement)
        if statement.startswith("SAVEPOINT"):
            depth += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked


def log_hours() -> Form:
    rollout = _rollout(Stage.HOMOLOGATION)
    started = clock.local(clock.now() - timedelta(hours=30))
    hour = {"activity": "internal", "minutes": "10m", "note": "x", "started_at": started.strftime("%Y-%m-%dT%H:%M")}
    return Form(_person("gerente@presence.demo"), reverse("hours:log", args=[rollout.pk]), hour)


def submit_a_prerequisite() -> Form:
    item = Prerequisite.objects.filter(key="homologation_environment", state=Prerequisite.State.PENDING).earliest("pk")
    rollout = item.rollout
    environment = {"link": "https://homolog.exemplo.com.br", "sharing": "dedicated", "text": "x"}
    owner = rollout.company(item.owner).memberships.first().user
    return Form(owner, reverse("prerequisites:submit", args=[rollout.pk, item.pk]), environment)


def record_a_pass() -> Form:
    return _result(outcome="passed", evidence_text="x")


def record_a_failure() -> Form:
    return _result(outcome="failed", note="x", severity="minor", owner="integrator")


def _result(**data: str) -> Form:
    rollout = _rollout(Stage.HOMOLOGATION)
    case = (
        homologation.to_run(rollout.script).filter(results=None).first() or homologation.to_run(rollout.script).first()
    )
    newest = case.results.last()
    data["seen_result"] = str(newest.pk if newest else 0)
    url = reverse("homologation:case", args=[rollout.pk, case.code])
    return Form(_person("analista@presence.demo"), url, data)


def advance(stage: Stage) -> Callable[[], Form]:
    """Through the gate of ``stage``: what the gates ask was all done in a project that is completed."""

    def form() -> Form:
        rollout = _rollout(Stage.COMPLETED)
        Rollout.objects.filter(pk=rollout.pk).update(stage=stage, closed_at=None, stage_entered_at=rollout.started_at)
        data = {"gate": FORWARD[stage], "seen_version": rollout.version}
        return Form(_person("gerente@presence.demo"), reverse("rollouts:advance", args=[rollout.pk]), data)

    return form


def sign() -> Form:
    """The second of three signatories."""
    signatory = Signatory.objects.filter(term__rollout=_rollout(Stage.ACCEPTANCE), state=Signatory.State.PENDING)[0]
    code = codes.issue(signatory, by=signatory.user)
    url = reverse("acceptance:confirm", args=[signatory.rollout.pk, signatory.pk])
    return Form(signatory.user, url, {"consent": "on", "code": code}, proves=True)


def crowd() -> None:
    """Thirty times the rows of the projects in which something is done, and of the projects."""
    for stage in (Stage.COMPLETED, Stage.ACCEPTANCE, Stage.HOMOLOGATION, Stage.KICKOFF):
        rollout = _rollout(stage)
        for rows in _rows_of(rollout):
            multiply(rows, COPIES)
        with timeline.changing(rollout, even_closed=True) as locked:
            ledger.reclassify(locked)
        repeat_events(rollout, 1)
    multiply(Rollout.objects.filter(stage=Stage.CANCELLED), COPIES)
    signing = _rollout(Stage.ACCEPTANCE)  # What is signed is what the record says now.
    signing.terms.update(record_sha256=canonical.sha256(record.build(signing)))


def _rows_of(rollout: Rollout) -> Iterator[QuerySet[Any]]:
    yield rollout.prerequisites.all()
    yield rollout.waivers.all()
    yield Case.objects.filter(script__rollout=rollout)
    yield rollout.time_entries.filter(nonconformity=None, adjusts=None)
    yield rollout.meetings.exclude(state="in_progress").exclude(kind="kickoff")
    yield rollout.golive_items.all()


def _person(email: str) -> User:
    return User.objects.get(email=email)


def _rollout(stage: Stage) -> Rollout:
    """The oldest project of the demonstration at ``stage``."""
    return Rollout.objects.filter(stage=stage).earliest("pk")


FORMS: dict[str, Callable[[], Form]] = {
    "log hours": log_hours,
    "submit a prerequisite": submit_a_prerequisite,
    "record a pass": record_a_pass,
    "record a failure": record_a_failure,
    **{f"advance: {gate}": advance(stage) for stage, gate in FORWARD.items()},
    "sign": sign,
}
