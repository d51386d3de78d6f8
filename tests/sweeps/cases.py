"""For every entry of the schedule: an item that fails before one that does not, and what is broken for the first.

A new scheduled task needs a case here (``test_poisoned`` says so).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.urls import reverse

from apps.accounts.models import User
from apps.core import clock
from apps.core.events import EventData
from apps.core.process import Gate, Stage
from apps.files import actions as files
from apps.files import identity
from apps.files.models import StoredFile
from apps.hours.events import MonthClosed
from apps.hours.models import ClientStatement, Statement, StatementPdf
from apps.invitations.models import Invitation
from apps.notices.models import AskedReminder, Beginning, Consumption, Notice, Reminder
from apps.outbox import actions as outbox
from apps.outbox.models import Mail
from apps.portfolio.clocks import paper
from apps.portfolio.models import ClocksPaper, Forecast, ProjectFigures, StatusReport
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.credentials import purge
from apps.prerequisites.credentials.probes import ProbeResult
from apps.prerequisites.evidence.environments import Observation
from apps.prerequisites.models import Prerequisite, PurgeCertificate, Submission
from apps.rollouts import timeline
from apps.rollouts.events import Advanced
from apps.rollouts.models import ChainAnchor, OpenRequirement, Rollout
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.golive.dossier.contents import Contents
from apps.stages.golive.models import Dossier
from apps.stages.homologation.execution import report_actions
from apps.stages.homologation.models import Report
from apps.stages.kickoff.models import Minutes
from tests import read_model
from tests.acceptance.factories import ROLES, a_draft, opened, signs
from tests.companies.factories import UserFactory
from tests.files.factories import StoredFileFactory
from tests.homologation.test_homologation import make_script
from tests.hours.factories import a_client_statement, a_statement
from tests.invitations.factories import InvitationFactory
from tests.kickoff.factories import MinutesFactory
from tests.notices.factories import NoticeFactory, an_event
from tests.portfolio.factories import a_sent_report
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import OpenRequirementFactory, RolloutFactory, at_stage


@dataclass
class Case:
    """``target`` is replaced: it fails where ``names`` finds the ``poisoned`` item in its arguments, and is ``otherwise``
    for the others (itself, if None). ``page`` is where a person of the project reads of the failure, with that person."""

    kind: str
    poisoned: object
    good: object
    is_done: Callable[[Any], bool]
    target: str
    names: Callable[..., object]
    otherwise: Callable[..., object] | None = None
    page: tuple[User, str] | None = None
    also: dict[str, Callable[..., object]] = field(default_factory=dict)
    """What else is replaced, so that the case costs little."""
    at: datetime = field(default_factory=clock.now)


CASES: dict[str, Callable[[], Case]] = {}
"""By the name of the entry; what an entry does besides stands behind a colon."""


def case(entry: str):
    def register(make: Callable[[], Case]) -> Callable[[], Case]:
        CASES[entry] = make
        return make

    return register


def earlier(**age: float):
    return clock.at(clock.now() - timedelta(**age))


PDF = b"%PDF-1.7"


@case("render-waiting-terms")
def _term_without_pdf() -> Case:
    with earlier(minutes=5):
        terms = [a_draft(), a_draft()]
    poisoned, good = (term.pk for term in terms)
    return Case(
        "acceptance.render", poisoned, good,
        lambda pk: AcceptanceTerm.objects.get(pk=pk).state == "ready",
        "apps.stages.acceptance.sealing.rendering.pdf", lambda term: term.pk, lambda term: PDF,
        page=(terms[0].rollout.people["client"], reverse("acceptance:room", args=[terms[0].rollout_id])),
    )  # fmt: skip


@case("seal-waiting-terms")
def _term_without_seal() -> Case:
    terms = []
    with earlier(minutes=5):
        for _number in range(2):
            term = opened(a_draft(), pdf=PDF)
            for role in ROLES:
                signs(term, role)
            terms.append(term)
    poisoned, good = (term.pk for term in terms)
    return Case(
        "acceptance.seal", poisoned, good,
        lambda pk: AcceptanceTerm.objects.get(pk=pk).sealed is not None,
        "apps.stages.acceptance.sealing.seal.pdf", lambda term: term.pk, lambda term: PDF,
        page=(terms[0].rollout.people["integrator"], reverse("acceptance:room", args=[terms[0].rollout_id])),
    )  # fmt: skip


@case("expire-terms")
def _overdue_term() -> Case:
    with earlier(days=40):
        terms = [opened(a_draft(), pdf=PDF) for _number in range(2)]
    poisoned, good = (term.pk for term in terms)
    return Case(
        "acceptance.expire", poisoned, good,
        lambda pk: AcceptanceTerm.objects.get(pk=pk).state == "expired",
        "apps.stages.acceptance.queries.is_over", lambda term: term.pk,
        page=(terms[0].rollout.people["client"], reverse("acceptance:room", args=[terms[0].rollout_id])),
    )  # fmt: skip


@case("make-waiting-dossiers")
def _completed_rollout() -> Case:
    rollouts = [at_stage(RolloutFactory(), Stage.COMPLETED) for _number in range(2)]
    for rollout in rollouts:
        with timeline.changing(rollout, even_closed=True) as locked:
            timeline.record(locked, Advanced(stage=Stage.COMPLETED, gate=Gate.COMPLETE), None)
    poisoned, good = (rollout.pk for rollout in rollouts)
    return Case(
        "golive.dossier", poisoned, good,
        lambda pk: Dossier.objects.filter(rollout=pk).exists(),
        "apps.stages.golive.dossier.contents.whole_dossier", lambda rollout, *rest: rollout.pk,
        lambda *args: Contents({}, {}),
        page=(rollouts[0].people["client"], rollouts[0].get_absolute_url()),
        also={"apps.stages.golive.dossier.contents.shared_dossier": lambda *args: Contents({}, {})},
    )  # fmt: skip


def _two_chains(event: EventData) -> Case:
    rollouts = [RolloutFactory() for _number in range(2)]
    for rollout in rollouts:
        with timeline.changing(rollout) as locked:
            timeline.record(locked, event, rollout.people["pm"])
    poisoned, good = (rollout.pk for rollout in rollouts)
    return Case(
        "rollouts.anchor", poisoned, good,
        lambda pk: ChainAnchor.objects.filter(rollout=pk).exists(),
        "apps.rollouts.anchors.anchoring.head_of", lambda rollout, *rest: rollout.pk,
        page=(rollouts[0].people["client"], rollouts[0].get_absolute_url()),
    )  # fmt: skip


@case("anchor-asked-rollouts")
def _binding_event_without_anchor() -> Case:
    return _two_chains(
        MonthClosed(month="2026-03", included=0, billable=0, free=0, amount=0, statement=1, sha256="0" * 64, anchor=0)
    )


@case("anchor-changed-rollouts")
def _changed_chain() -> Case:
    return _two_chains(Advanced(stage=Stage.COMPLETED, gate=Gate.COMPLETE))


@case("render-waiting-minutes")
def _minutes_without_pdf() -> Case:
    minutes = [MinutesFactory(snapshot={"version": 1}) for _number in range(2)]
    poisoned, good = (row.pk for row in minutes)
    rollout = minutes[0].rollout
    return Case(
        "kickoff.minutes", poisoned, good,
        lambda pk: Minutes.objects.get(pk=pk).pdf is not None,
        "apps.stages.kickoff.documents.minutes_html", lambda row: row.pk, lambda row: "<p>Ata</p>",
        page=(rollout.people["platform"], reverse("kickoff:room", args=[rollout.pk])),
        also={"apps.core.papers.pdf.render": lambda *args: PDF},
    )  # fmt: skip


@case("draw-waiting-reports")
def _homologation_report() -> Case:
    rollouts = [RolloutFactory(), RolloutFactory()]
    poisoned, good = (report_actions.ask(make_script(rollout)).pk for rollout in rollouts)
    rollout = rollouts[0]
    return Case(
        "homologation.report", poisoned, good,
        lambda pk: Report.objects.get(pk=pk).pdf is not None,
        "apps.stages.homologation.execution.report.render", lambda _rollout, script: script.report.pk,
        lambda _rollout, _script: PDF,
        page=(rollout.people["platform"], reverse("homologation:room", args=[rollout.pk])),
    )  # fmt: skip


@case("draft-status-reports")
def _rollout_without_report() -> Case:
    with earlier(days=8):
        rollouts = [RolloutFactory(), RolloutFactory()]
    poisoned, good = (rollout.pk for rollout in rollouts)
    return Case(
        "portfolio.report_draft", poisoned, good,
        lambda pk: StatusReport.objects.filter(rollout=pk).exists(),
        "apps.portfolio.reports.actions._draft", lambda rollout, _by: rollout.pk,
        page=(rollouts[0].people["pm"], reverse("portfolio:reports", args=[poisoned])),
    )  # fmt: skip


@case("draw-waiting-status-reports")
def _status_report_without_pdf() -> Case:
    rollout = RolloutFactory()
    poisoned, good = a_sent_report(rollout).pk, a_sent_report(RolloutFactory()).pk
    return Case(
        "portfolio.report_pdf", poisoned, good,
        lambda pk: StatusReport.objects.get(pk=pk).pdf is not None,
        "apps.portfolio.reports.paper.render", lambda report: report.pk, lambda report: PDF,
        page=(rollout.people["platform"], reverse("portfolio:report", args=[rollout.pk, 1])),
    )  # fmt: skip


@case("render-waiting-statements")
def _statement_without_pdf() -> Case:
    rollout = RolloutFactory()
    statements = [a_statement(rollout), a_statement()]
    poisoned, good = (statement.pk for statement in statements)
    return Case(
        "hours.statement", poisoned, good,
        lambda pk: Statement.objects.filter(pk=pk).exclude(pdf=None).exists(),
        "apps.hours.statements.documents.render", lambda statement: statement.pk, lambda statement: PDF,
        page=(rollout.people["client"], reverse("hours:statement", args=[rollout.pk, statements[0].number])),
    )  # fmt: skip


@case("render-waiting-statements: clients'")
def _client_statement_without_pdf() -> Case:
    rollout = RolloutFactory()
    statements = [a_client_statement(rollout), a_client_statement()]
    for statement in Statement.objects.all():
        StatementPdf.objects.create(statement=statement, file=StoredFileFactory())
    poisoned, good = (statement.pk for statement in statements)
    return Case(
        "hours.client_statement", poisoned, good,
        lambda pk: ClientStatement.objects.filter(pk=pk).exclude(pdf=None).exists(),
        "apps.hours.statements.documents.render", lambda statement: statement.pk, lambda statement: PDF,
        page=(rollout.people["client"], reverse("hours:client_statement", args=[statements[0].number])),
    )  # fmt: skip


def _delivered(**file: object) -> tuple[StoredFile, Rollout]:
    """A file with a delivery around it."""
    item = PrerequisiteFactory(kind=Prerequisite.Kind.DOCUMENT, state="submitted")
    stored = StoredFileFactory(**file)
    submission = Submission.objects.create(
        prerequisite=item, number=1, submitted_by=item.rollout.people["client"], evidence={"found": "empty"}
    )
    submission.attached.create(file=stored, position=1)
    return stored, item.rollout


@case("scan-waiting-files")
def _file_in_quarantine() -> Case:
    poisoned, rollout = _delivered(scan="waiting", content=ContentFile(b"poison", name="x"))
    good, _rollout = _delivered(scan="waiting")
    return Case(
        "files.scan", str(poisoned.pk), str(good.pk),
        lambda pk: StoredFile.objects.get(pk=pk).scan == "clean",
        "apps.files.antivirus.scan", lambda content: content.read() == b"poison" and str(poisoned.pk), lambda content: "",
        page=(rollout.people["client"], reverse("prerequisites:room", args=[rollout.pk])),
    )  # fmt: skip


@case("draw-waiting-files")
def _file_without_pictures() -> Case:
    poisoned, rollout = _delivered(drawn="waiting", kind="pdf")
    good, _rollout = _delivered(drawn="waiting", kind="pdf")
    return Case(
        "files.draw", str(poisoned.pk), str(good.pk),
        lambda pk: StoredFile.objects.get(pk=pk).drawn != "waiting",
        "apps.files.previews._pictures", lambda stored: str(stored.pk), lambda stored: [],
        page=(rollout.people["client"], reverse("prerequisites:room", args=[rollout.pk])),
    )  # fmt: skip


@case("sweep-orphans")
def _bytes_without_a_row() -> Case:
    identity.claim()
    stored = [files.store_bytes(PDF, "x.pdf") for _number in range(2)]
    StoredFile.objects.all().delete()
    poisoned, good = sorted(row.content.name for row in stored)
    return Case(
        "files.orphan", poisoned, good,
        lambda name: not default_storage.exists(name),
        "django.core.files.storage.FileSystemStorage.delete", lambda storage, name: name,
        at=clock.now() + timedelta(days=2),
    )  # fmt: skip


def _credentials() -> list[Submission]:
    items = [PrerequisiteFactory(credential=True) for _number in range(2)]
    return [
        prerequisites.submit(item, by=item.rollout.people["client"], values={"account": "a", "token": "t"})
        for item in items
    ]


@case("seal-waiting-certificates")
def _purge_without_pdf() -> Case:
    rows, submissions = [], _credentials()
    for submission in submissions:
        rollout = at_stage(submission.rollout, Stage.COMPLETED)
        with earlier(minutes=5):
            rows.append(purge.purge(rollout, by=rollout.project_manager).purge_certificate)
    poisoned, good = (row.pk for row in rows)
    rollout = submissions[0].rollout
    return Case(
        "prerequisites.certificate", poisoned, good,
        lambda pk: PurgeCertificate.objects.get(pk=pk).pdf is not None,
        "apps.prerequisites.credentials.certificate.document", lambda row: row.names.pk, lambda row: PDF,
        page=(rollout.project_manager, reverse("prerequisites:certificate", args=[rollout.pk])),
        also={"apps.seals.certificates.can_seal": lambda: True},
    )  # fmt: skip


@case("seal-waiting-certificates: names")
def _purge_without_names() -> Case:
    rollouts = [at_stage(submission.rollout, Stage.COMPLETED) for submission in _credentials()]
    poisoned, good = (purge.purge(rollout, by=rollout.project_manager).pk for rollout in rollouts)
    PurgeCertificate.objects.all().delete()
    return Case(
        "prerequisites.purge_names", poisoned, good,
        lambda pk: PurgeCertificate.objects.filter(event=pk).exists(),
        "apps.prerequisites.credentials.purge.names_of", lambda event, client: event.pk,
        also={"apps.seals.certificates.can_seal": lambda: False},
    )  # fmt: skip


@case("gather-due-evidence")
def _untried_credential() -> Case:
    submissions = _credentials()
    poisoned, good = (submission.pk for submission in submissions)
    url = reverse("prerequisites:room", args=[submissions[0].rollout.pk])
    return Case(
        "prerequisites.probe", poisoned, good,
        lambda pk: Submission.objects.get(pk=pk).probes.exists(),
        "apps.prerequisites.credentials.probes.ask", lambda submission: submission.pk,
        lambda submission: ProbeResult("valid"),
        page=(submissions[0].submitted_by, url),
        also={"apps.prerequisites.schedule.can_be_tried": lambda submission: True},
    )  # fmt: skip


@case("gather-due-evidence: environments")
def _unseen_environment() -> Case:
    items = [PrerequisiteFactory(kind=Prerequisite.Kind.ENVIRONMENT) for _number in range(2)]
    submissions = [
        prerequisites.submit(
            item, by=item.rollout.people["client"], link=f"https://teste{number}.exemplo.com.br/", text="x",
            values={"sharing": "dedicated", "shared_with": ""},
        )
        for number, item in enumerate(items)
    ]  # fmt: skip
    poisoned, good = (submission.pk for submission in submissions)
    return Case(
        "prerequisites.environment", poisoned, good,
        lambda pk: Submission.objects.get(pk=pk).environment_checks.exists(),
        "apps.prerequisites.evidence.environments.look", lambda submission: submission.pk,
        lambda submission: Observation(status=200, certificate_until=None, findings=[]),
        page=(submissions[0].submitted_by, reverse("prerequisites:room", args=[items[0].rollout_id])),
    )  # fmt: skip


@case("look-into-unread-documents")
def _unread_link() -> Case:
    items = [PrerequisiteFactory(kind=Prerequisite.Kind.LINK) for _number in range(2)]
    submissions = [
        prerequisites.submit(item, by=item.rollout.people["client"], link=f"https://{item.pk}.exemplo.com.br/")
        for item in items
    ]
    poisoned, good = (submission.pk for submission in submissions)
    rollout = items[0].rollout
    return Case(
        "prerequisites.document", poisoned, good,
        lambda pk: bool(Submission.objects.get(pk=pk).evidence),
        "apps.prerequisites.evidence.documents.of_link",
        lambda link: link == submissions[0].link and poisoned, lambda link: {"found": "document"},
        page=(rollout.people["client"], reverse("prerequisites:room", args=[rollout.pk])),
    )  # fmt: skip


@case("purge-credentials")
def _closed_rollout() -> Case:
    rollouts = [at_stage(submission.rollout, Stage.COMPLETED) for submission in _credentials()]
    poisoned, good = (rollout.pk for rollout in rollouts)
    client = Submission.objects.filter(prerequisite__rollout=poisoned).get().submitted_by
    return Case(
        "prerequisites.purge", poisoned, good,
        lambda pk: not purge.holds_secrets(Rollout.objects.get(pk=pk)),
        "apps.prerequisites.credentials.purge._purge", lambda rollout, by: rollout.pk,
        page=(client, rollouts[0].get_absolute_url()),
        at=clock.now() + timedelta(days=31),
    )  # fmt: skip


@case("forget-what-expired")
def _forgotten_account() -> Case:
    with earlier(days=800):
        users = [UserFactory(joined_at=clock.now()) for _number in range(2)]
    poisoned, good = (f"companies:{user.pk}" for user in users)
    return Case(
        "accounts.forget", poisoned, good,
        lambda key: User.objects.get(pk=key.partition(":")[2]).erased_at is not None,
        "apps.accounts.personal_data.erase", lambda user: f"companies:{user.pk}",
    )  # fmt: skip


@case("tell-of-events")
def _untold_event() -> Case:
    Beginning.objects.update(at=clock.now() - timedelta(hours=1))
    items = [PrerequisiteFactory() for _number in range(2)]
    events = [an_event(item.rollout, key=item.key, item="x") for item in items]
    poisoned, good = (event.pk for event in events)
    rollout = items[0].rollout
    return Case(
        "notices.event", poisoned, good,
        lambda pk: Consumption.objects.filter(event=pk).exists(),
        "apps.notices.actions.consume", lambda event: event.pk,
        page=(rollout.people["client"], reverse("rollouts:timeline", args=[rollout.pk])),
    )  # fmt: skip


@case("send-waiting-mails")
def _mail_in_the_outbox() -> Case:
    with earlier(minutes=1):
        for name in ("ana", "bia"):
            outbox.keep(EmailMessage("Assunto", "Texto", to=[f"{name}@loja.com.br"]))
    poisoned, good = (Mail.objects.get(address=f"{name}@loja.com.br").key for name in ("ana", "bia"))
    return Case(
        "outbox.mail", poisoned, good,
        lambda key: Mail.objects.get(pk=key).sent_at is not None,
        "apps.outbox.actions.deliver",
        lambda message: poisoned if message.to == ["ana@loja.com.br"] else good,
    )  # fmt: skip


@case("tell-of-events: e-mails")
def _unsent_notice() -> Case:
    item = PrerequisiteFactory()
    people = [item.rollout.people["client"], item.rollout.people["client_member"]]
    event = an_event(item.rollout, key=item.key, item="x")
    Consumption.objects.create(event=event)
    notices = [NoticeFactory(event=event, user=user) for user in people]
    poisoned, good = (notice.pk for notice in notices)
    return Case(
        "notices.notice", poisoned, good,
        lambda pk: Notice.objects.get(pk=pk).sent_at is not None,
        "apps.notices.actions._notice", lambda notice: notice.pk,
    )  # fmt: skip


@case("tell-of-events: reminders that somebody asked for")
def _unsent_asked_reminder() -> Case:
    rollout = RolloutFactory()
    reminders = [
        AskedReminder.objects.create(user=rollout.people[name], asked_by=rollout.people["pm"], matters={})
        for name in ("client", "client_member")
    ]
    poisoned, good = (reminder.pk for reminder in reminders)
    return Case(
        "notices.asked", poisoned, good,
        lambda pk: AskedReminder.objects.get(pk=pk).dropped_at is not None,
        "apps.notices.actions._requested_reminder", lambda reminder: reminder.pk,
    )  # fmt: skip


@case("refresh-what-time-changed")
def _rollout_whose_hour_has_come() -> Case:
    rollouts = [RolloutFactory() for _number in range(2)]
    for rollout in rollouts:
        OpenRequirementFactory(rollout=rollout, until=clock.now() - timedelta(minutes=1))
    read_model.forget()
    poisoned, good = (rollout.pk for rollout in rollouts)
    return Case(
        "rollouts.refresh", poisoned, good,
        lambda pk: not OpenRequirement.objects.filter(rollout=pk, key="x:y").exists(),
        "apps.rollouts.refreshing._keep", lambda rollout, apps: rollout.pk,
        page=(rollouts[0].people["pm"], rollouts[0].get_absolute_url()),
    )  # fmt: skip


@case("refresh-unchecked-rollouts")
def _rollout_that_nobody_checked() -> Case:
    rollouts = [RolloutFactory() for _number in range(2)]
    read_model.forget()
    poisoned, good = (rollout.pk for rollout in rollouts)
    return Case(
        "rollouts.refresh", poisoned, good,
        lambda pk: Rollout.objects.get(pk=pk).requirements_at is not None,
        "apps.rollouts.refreshing._keep", lambda rollout, apps: rollout.pk,
        page=(rollouts[0].people["pm"], rollouts[0].get_absolute_url()),
    )  # fmt: skip


@case("forecast-waiting-rollouts")
def _rollout_without_forecast() -> Case:
    rollouts = [RolloutFactory(target_date=clock.today() + timedelta(days=60)) for _number in range(2)]
    poisoned, good = (rollout.pk for rollout in rollouts)
    return Case(
        "portfolio.forecast", poisoned, good,
        lambda pk: Forecast.objects.filter(rollout=pk).exists(),
        "apps.portfolio.forecasts.actions._from_plan", lambda rollout, goal, today: rollout.pk,
        page=(rollouts[0].people["pm"], rollouts[0].get_absolute_url()),
    )  # fmt: skip


@case("draw-waiting-clocks")
def _clocks_without_pdf() -> Case:
    rollouts = [RolloutFactory(), RolloutFactory()]
    poisoned, good = (paper.ask(rollout).pk for rollout in rollouts)
    return Case(
        "portfolio.clocks_paper", poisoned, good,
        lambda pk: ClocksPaper.objects.get(pk=pk).pdf is not None,
        "apps.portfolio.clocks.paper.document", lambda report: report.rollout.clocks_paper.pk, lambda report: PDF,
        page=(rollouts[0].people["client"], reverse("portfolio:clocks", args=[rollouts[0].pk])),
    )  # fmt: skip


@case("add-up-waiting-rollouts")
def _completed_rollout_without_figures() -> Case:
    rollouts = [at_stage(RolloutFactory(), Stage.COMPLETED) for _number in range(2)]
    poisoned, good = (rollout.pk for rollout in rollouts)
    return Case(
        "portfolio.figures", poisoned, good,
        lambda pk: ProjectFigures.objects.filter(rollout=pk).exists(),
        "apps.portfolio.clocks.queries.report", lambda rollout: rollout.pk,
        page=(rollouts[0].people["pm"], rollouts[0].get_absolute_url()),
    )  # fmt: skip


@case("remind-of-due-dates")
def _rollout_with_due_dates() -> Case:
    rollouts = [RolloutFactory() for _number in range(2)]
    for rollout in rollouts:
        OpenRequirementFactory(rollout=rollout, due=clock.today())
    read_model.forget()
    poisoned, good = (rollout.pk for rollout in rollouts)
    return Case(
        "notices.remind", poisoned, good,
        lambda pk: Reminder.objects.filter(rollout=pk).exists(),
        "apps.notices.queries.to_remind", lambda rollout, today: rollout.pk,
        lambda rollout, today: {rollout.project_manager: [(rollout, "x:y")]},
        page=(rollouts[0].people["client"], rollouts[0].get_absolute_url()),
    )  # fmt: skip


@case("announce-waiting-leads")
def _unannounced_lead() -> Case:
    invitations = [InvitationFactory(role="lead") for _number in range(2)]
    poisoned, good = (invitation.pk for invitation in invitations)
    return Case(
        "invitations.announce", poisoned, good,
        lambda pk: Invitation.objects.get(pk=pk).invited_announced_at is not None,
        "apps.invitations.actions._mail_the_other_leads", lambda invitation, announcement: invitation.pk,
    )  # fmt: skip


@case("mail-waiting-invitations")
def _unsent_invitation() -> Case:
    invitations = [InvitationFactory() for _number in range(2)]
    poisoned, good = (invitation.pk for invitation in invitations)
    company = invitations[0].company
    return Case(
        "invitations.mail", poisoned, good,
        lambda pk: Invitation.objects.get(pk=pk).mailed_serial == 1,
        "apps.invitations.actions.token", lambda invitation: invitation.pk,
        page=(invitations[0].invited_by, reverse("invitations:company", args=[company.pk])),
    )  # fmt: skip
