"""The projects of the demonstration in the middle of each stage, with one of everything that the stage's pages may show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from apps.accounts.models import User
from apps.companies.models import Membership, Role
from apps.core import clock
from apps.core.process import PATH, Stage
from apps.meetings import actions as meetings
from apps.meetings import attendance
from apps.meetings.models import MeetingKind
from apps.rollouts.models import Rollout
from apps.stages.development import actions as development
from apps.stages.kickoff import actions as kickoff
from apps.stages.kickoff import worksheet
from tests.homologation.factories import NonconformityCommentFactory, SessionFactory
from tests.meetings.factories import AttendeeFactory

Route = tuple[str, dict[str, object]]
ANY_STAGE = ("rollouts:detail", "prerequisites:room", "hours:room")
"""Pages that are asked of a project in any stage, besides those of the stage."""


@dataclass(frozen=True)
class MidStage:
    """A project in the middle of its stage, and the pages of that stage."""

    rollout: Rollout
    routes: tuple[Route, ...]

    @property
    def addresses(self) -> list[str]:
        routes = [*((name, {}) for name in ANY_STAGE), *self.routes]
        return [reverse(name, kwargs={"pk": self.rollout.pk, **rest}) for name, rest in routes]

    @property
    def people(self) -> dict[str, User]:
        """Its project manager, and who leads the client and the integrator."""
        leads = Membership.objects.filter(role=Role.LEAD).order_by("pk").select_related("user")
        return {
            "pm": self.rollout.project_manager,
            "client": leads.filter(company=self.rollout.company("client"))[0].user,
            "integrator": leads.filter(company=self.rollout.company("integrator"))[0].user,
        }


def projects() -> Iterator[MidStage]:
    """One in each stage of the path: the one in which most happened."""
    make = {
        Stage.KICKOFF: _kickoff,
        Stage.DEVELOPMENT: _development,
        Stage.TRAINING: _training,
        Stage.HOMOLOGATION: _homologation,
        Stage.ACCEPTANCE: _acceptance,
        Stage.GO_LIVE: _go_live,
    }
    for stage in PATH:
        rollout = Rollout.objects.running().filter(stage=stage).order_by("-version")[0]
        yield MidStage(rollout, tuple(make[stage](rollout)))


def _kickoff(rollout: Rollout) -> Iterator[Route]:
    """The meeting was held, the worksheet is filled in, its minutes are published."""
    meeting, by = rollout.kickoff, rollout.project_manager
    planned = rollout.meetings.planned().filter(kind=MeetingKind.KICKOFF).first()
    attendance.record(
        rollout, MeetingKind.KICKOFF, by=by, started_at=clock.now() - timedelta(hours=2), minutes=60, meeting=planned,
        present=[("presence", by), ("client", MidStage(rollout, ()).people["client"])],
    )  # fmt: skip
    kickoff.choose_model(meeting, by=by, model="hybrid")
    kickoff.agree_methods(meeting, by=by, methods=list(meeting.methods.all()))
    decision = worksheet.add_row(meeting, by=by, sheet="decisions")
    fields = meeting.rows.filter(sheet="fields")
    edits = [worksheet.Edit(row.pk, "platform_field", "x", row.cell("platform_field")) for row in fields]
    worksheet.write(meeting, by=by, edits=[*edits, worksheet.Edit(decision.pk, "text", "x", "")])
    minutes = kickoff.publish_minutes(meeting, by=by, minutes="x")
    for name in ("room", "worksheet", "history", "changes", "xlsx", "json"):
        yield f"kickoff:{name}", {}
    yield "kickoff:minutes", {"number": minutes.number}


def _development(rollout: Rollout) -> Iterator[Route]:
    """With a delivery that did not end the stage, for it may be made again."""
    integrator = MidStage(rollout, ()).people["integrator"]
    development.declare_delivery(rollout, by=integrator, version="0.9", notes="x", limitations="x")
    yield "development:room", {}


def _training(rollout: Rollout) -> Iterator[Route]:
    """With a session that was held, one that was called off and one that is planned; the script takes shape."""
    by = rollout.project_manager
    for minutes in (60, 30, 45):
        at = clock.now() + timedelta(days=2)
        session = meetings.plan(rollout, MeetingKind.TRAINING, by=by, planned_start=at, planned_minutes=minutes)
        if minutes == 30:
            meetings.cancel(session, by=by, reason="x")
    yield "training:room", {}
    yield "meetings:project", {}
    yield "meetings:meeting", {"meeting_pk": session.pk}
    yield "homologation:room", {}


def _homologation(rollout: Rollout) -> Iterator[Route]:
    """A round is open, a case failed, and the people are together."""
    session = SessionFactory(rollout=rollout, led_by=rollout.project_manager)
    for role, person in MidStage(rollout, ()).people.items():
        AttendeeFactory(meeting=session, party="presence" if role == "pm" else role, user=person)
    nonconformity = rollout.nonconformities.order_by("number")[0]
    NonconformityCommentFactory(nonconformity=nonconformity, author=rollout.project_manager)
    for name in ("room", "overview", "matrix", "nonconformities", "meeting", "live"):
        yield f"homologation:{name}", {}
    case = nonconformity.case
    for name in ("case", "history", "meeting_case"):
        yield f"homologation:{name}", {"code": case.code}
    yield "homologation:nonconformity", {"number": nonconformity.number}


def _acceptance(rollout: Rollout) -> Iterator[Route]:
    """The term waits for signatures; it has clauses of its own."""
    for name in ("room", "preview", "clauses", "add_clause"):
        yield f"acceptance:{name}", {}
    yield "acceptance:change_clause", {"key": "forum"}
    term = rollout.terms.order_by("version").last()
    for signatory in term.signatories.all():
        yield "acceptance:sign", {"signatory_pk": signatory.pk}


def _go_live(rollout: Rollout) -> Iterator[Route]:
    """With a window that was answered, a checklist that is half done, an open incident."""
    assert rollout.golive_windows.exists()
    assert rollout.incidents.exists()
    yield "golive:room", {}
    yield "golive:agenda", {}
