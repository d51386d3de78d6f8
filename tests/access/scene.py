"""A completed rollout of the demonstration with one of everything, and the address and valid form of every route in it."""

from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from apps.accounts.models import User
from apps.blueprints import loader
from apps.companies.models import Membership
from apps.core import clock
from apps.demo import world
from apps.files import actions as files
from apps.hours import actions as hours
from apps.invitations import actions as invitations
from apps.prerequisites.models import Submission
from apps.rollouts.models import Rollout, Waiver
from apps.stages.acceptance import rendering
from apps.stages.homologation.models import Reservation, Result
from tests.companies.factories import UserFactory
from tests.invitations.factories import InvitationFactory

# The columns of the matrix: nobody signed in, a lead of another client, then the people of the rollout.
PEOPLE = {
    "anonymous": None,
    "outsider": "cliente@passo.demo",
    "member": "equipe@aurora.demo",
    "lead": "cliente@aurora.demo",
    "platform": "contato@vtex.demo",
    "integrator": "integrador@conecta.demo",
    "analyst": "analista@presence.demo",
    "pm": "gerente@presence.demo",
    "manager": "gestora@presence.demo",
}


class Scene:
    def __init__(self, monkeypatch) -> None:
        monkeypatch.setattr(rendering, "pdf", lambda term: b"%PDF-1.7 scene")
        loader.load()
        world.build(clock.now())
        self.rollout = Rollout.objects.order_by("pk")[0]
        self.company = self.rollout.company("client")
        # The same client and integrator, with matters open; its platform is another one.
        self.open_rollout = Rollout.objects.open().filter(stage="kickoff", parties__company=self.company).get()
        self.people = {name: email and User.objects.get(email=email) for name, email in PEOPLE.items()}
        manager = self.people["manager"]
        stored = files.store(ContentFile(b"%PDF-1.7", name="x.pdf"), by=manager)
        Submission.objects.filter(prerequisite__rollout=self.rollout).update(file=stored)
        Result.objects.filter(case__script__rollout=self.rollout).update(evidence_file=stored)
        self.reservation = Reservation.objects.create(
            rollout=self.rollout, case=self.rollout.script.cases.first(), text="x", owner="integrator",
            deadline=date(2030, 1, 1), proposed_by=manager,
        )  # fmt: skip
        self.waiver = Waiver.objects.create(
            rollout=self.rollout, gate="complete", requirement="x:y", text="x", reason="x", waived_by=manager
        )
        self.colleague = Membership.objects.create(user=UserFactory(), company=self.company, role="member")
        self.invitation = InvitationFactory(company=self.company, invited_by=self.people["pm"])
        month = timezone.localtime(self.rollout.time_entries.first().started_at).date()
        hours.close_month(self.rollout, by=manager, month=month)

    def kwargs(self, name: str) -> dict:
        """The parts of the address of route ``name``, of things that exist."""
        rollout = self.rollout
        case = rollout.script.cases.first()
        own = {
            "companies": {"pk": self.company.pk, "membership_pk": self.colleague.pk},
            "blueprints": {"kind": "training", "key": "default"},
            "invitations": {"pk": self.invitation.pk, "token": invitations.token(self.invitation)},
            "kickoff": {
                "item_pk": rollout.kickoff.agenda.first().pk,
                "participant_pk": rollout.kickoff.participants.first().pk,
                "method_pk": rollout.kickoff.methods.filter(agreed=True).first().pk,
                "field_pk": rollout.kickoff.methods.filter(agreed=True).first().agreed_fields.first().pk,
            },
            "prerequisites": {
                "item_pk": rollout.prerequisites.get(key="homologation_environment").pk,
                "submission_pk": Submission.objects.filter(prerequisite__rollout=rollout).first().pk,
            },
            "training": {"session_pk": rollout.training_sessions.first().pk},
            "homologation": {
                "code": case.code,
                "number": rollout.nonconformities.first().number,
                "reservation_pk": self.reservation.pk,
                "result_pk": Result.objects.filter(case__script__rollout=rollout).first().pk,
            },
            "hours": {"number": rollout.time_entries.first().number},
            "acceptance": {
                "version": rollout.terms.first().version,
                "signatory_pk": rollout.terms.first().signatories.get(role="client").pk,
            },
            "golive": {"item_pk": rollout.golive_items.first().pk},
            "rollouts": {"waiver_pk": self.waiver.pk},
            "api-1": {"rollout_id": rollout.pk},
        }.get(name.split(":")[0], {})
        if name == "invitations:company":
            return {"pk": self.company.pk}
        if name in ("portal:matter", "portal:draft", "portal:assign"):
            return {"pk": self.open_rollout.pk, "key": "prerequisite:homologation_environment"}
        return {"pk": rollout.pk, **own}

    def data(self, name: str) -> dict:
        """A form that route ``name`` finds valid, so that only the person decides the answer."""
        rollout, now = self.rollout, clock.now()
        gate = {"gate": "complete", "seen_version": rollout.version}
        people = {row.role: row.user_id for row in rollout.terms.first().signatories.all()}
        return {
            "set_language": {"language": "en"},
            "companies:add_contact": {"kind": "technical", "name": "x", "email": "x@x.com.br"},
            "rollouts:advance": gate,
            "rollouts:send_back": gate | {"reason": "x"},
            "rollouts:hold": gate | {"reason": "x", "caused_by": "client"},
            "rollouts:resume": gate,
            "rollouts:cancel": gate | {"reason": "x"},
            "prerequisites:submit": {"text": "x"},
            "prerequisites:reject": {"reason": "x"},
            "prerequisites:reopen": {"reason": "x"},
            "kickoff:schedule": {"scheduled_at": "2030-01-01T10:00"},
            "kickoff:add_participant": {"name": "x", "party": "client"},
            "kickoff:hold": {"held_at": "2026-01-01T10:00", "attended": [rollout.kickoff.participants.first().pk]},
            "kickoff:model": {"model": "polling"},
            "kickoff:methods": {"methods": [rollout.kickoff.methods.first().pk]},
            "kickoff:add_field": {
                "presence_field": rollout.kickoff.methods.filter(agreed=True).first().fields[0]["name"],
                "platform_field": "x", "master": "presence",
            },
            "kickoff:publish": {"minutes": "x"},
            "development:due_date": {"date": "2030-01-01", "reason": "x"},
            "development:progress": {"percent": 10, "text": "x"},
            "development:delivery": {"version": "9", "notes": "x"},
            "training:plan": {"scheduled_at": "2030-01-01T10:00", "planned_minutes": "1h"},
            "training:held": {"held_minutes": "1h", "attendance": "x; y"},
            "training:cancel": {"reason": "x"},
            "homologation:case": {"outcome": "passed", "evidence_text": "x"},
            "homologation:propose": {"text": "x", "owner": "client", "deadline": "2030-01-01"},
            "homologation:fix": {"fix_version": "9"},
            "homologation:reopen": {"reason": "x"},
            "hours:log": {
                "activity": "internal", "minutes": "10m", "note": "x",
                "started_at": (now - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
            },
            "hours:quick": {
                "rollout": self.open_rollout.pk, "activity": "internal", "minutes": "10m", "note": "x",
                "day": timezone.localdate(now - timedelta(days=2)).isoformat(),
            },
            "hours:edit": {"activity": "internal", "started_at": "2026-01-01T10:00", "minutes": "10m", "note": "x"},
            "hours:delete": {"reason": "x"},
            "hours:adjust": {"direction": "1", "minutes": "10m", "reason": "x"},
            "hours:close": {"month": "2026-01-01"},
            "acceptance:draft": people,
            "acceptance:sign": {"consent": "on"},
            "acceptance:refuse": {"reason": "x"},
            "portal:matter": {"text": "x"},
            "portal:draft": {"text": "x"},
            "portal:assign": {"to": ""},
            "portal:view_as": {"role": "client"},
            "invitations:company": {"name": "x", "email": "novo@x.com.br", "role": "member"},
        }.get(name, {})  # fmt: skip
