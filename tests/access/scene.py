"""A completed rollout of the demonstration with one of everything, and the address and valid form of every route in it."""

from datetime import date, timedelta
from functools import cached_property

from django.core.files.base import ContentFile
from django.utils import timezone

from apps.accounts import address_changes as addresses
from apps.accounts.models import User
from apps.blueprints.editor import term_actions
from apps.blueprints.models import Blueprint
from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.core.papers import pdf
from apps.files import actions as files
from apps.files import uploads
from apps.files.models import Preview
from apps.hours.ledger import closing
from apps.invitations import actions as invitations
from apps.portfolio.comparison import figures
from apps.portfolio.forecasts import actions as forecasts
from apps.portfolio.models import Absence, ReportLink, SavedView, StatusReport
from apps.portfolio.reports import links
from apps.prerequisites.credentials import certificate, purge
from apps.prerequisites.models import Submission
from apps.rollouts.models import Rollout, Waiver
from apps.stages.acceptance.sealing import evidence, rendering, seal
from apps.stages.homologation.models import Case, Reservation, Result, RoundReport
from apps.stages.kickoff.models import Amendment
from tests.access import api_forms
from tests.access.probe import signed_in
from tests.accounts.factories import AddressChangeFactory
from tests.api.factories import ApiTokenFactory
from tests.blueprints.factories import ScriptVersionFactory, TermVersionFactory
from tests.companies.factories import MembershipFactory, PersonFactory, as_chosen
from tests.golive.factories import DossierFactory
from tests.homologation.factories import ScopeReductionFactory
from tests.hours.factories import ContestFactory
from tests.invitations.factories import InvitationFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.portfolio.factories import a_draft, a_report_of_before

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

# What the form of a case takes.
CASE = {"title_pt": "x", "step_1_pt": "x", "expected_pt": "x", "actors": ["client"], "obligation": "optional"}

# What an item that asks for an environment takes.
ENVIRONMENT = {"link": "https://homolog.exemplo.com.br", "sharing": "dedicated", "text": "x"}


class Scene:
    """It is laid in the demonstration (``tests.demonstration``)."""

    def __init__(self, monkeypatch) -> None:
        # Who gets a document is asked, not what it looks like.
        monkeypatch.setattr(pdf, "render", lambda html, *args, **kwargs: b"%PDF-1.7 scene")
        monkeypatch.setattr(rendering, "pdf", lambda term: b"%PDF-1.7 scene")
        monkeypatch.setattr(seal, "pdf", lambda term: b"%PDF-1.7 scene, sealed")
        monkeypatch.setattr(evidence, "read", lambda sealed: b"{}")
        monkeypatch.setattr(certificate, "document", lambda row: b"%PDF-1.7 scene, sealed")
        self.rollout = Rollout.objects.order_by("pk")[0]
        self.company = self.rollout.company("client")
        # The same client and integrator, with matters open; its platform is another one.
        self.open_rollout = Rollout.objects.open().filter(stage="kickoff", parties__company=self.company).get()
        self.people = {name: email and User.objects.get(email=email) for name, email in PEOPLE.items()}
        for purged in purge.certificates(self.rollout):
            certificate.draw(purged.purge_certificate.pk)
        manager = self.people["manager"]
        stored = files.store(ContentFile(b"%PDF-1.7", name="x.pdf"), by=manager)
        Preview.objects.create(file=stored, page=1, picture=ContentFile(b"\x89PNG", name="1.png"))
        self.stored = stored
        self.dossier = DossierFactory(rollout=self.rollout)
        self.meeting = MeetingFactory(rollout=self.rollout, number=99)
        self.guest = AttendeeFactory(meeting=self.meeting, attended=False, invited=True)
        self.session = MeetingFactory(rollout=self.rollout, kind="homologation", number=99)
        self.analyst = self.rollout.analysts.create(membership=self.people["analyst"].memberships.get())
        self.upload = uploads.start(by=manager, name="x.pdf", size=9)
        for submission in Submission.objects.filter(prerequisite__rollout=self.rollout):
            submission.attached.create(file=stored, position=len(submission.files))
        self.result = Result.objects.filter(case__script__rollout=self.rollout).first()
        self.evidence = self.result.evidence.create(file=stored, position=99)
        self.reduction = ScopeReductionFactory(script=self.rollout.script, proposed_by=manager)
        self.reservation = Reservation.objects.create(
            rollout=self.rollout, case=self.rollout.script.cases.first(), text="x", owner="integrator",
            deadline=date(2030, 1, 1), proposed_by=manager, proposed_party="presence",
        )  # fmt: skip
        self.amendment = Amendment.objects.create(
            kickoff=self.rollout.kickoff, number=1, row=self.rollout.kickoff.rows.get(sheet="payments"), column="note",
            after="x", party="integrator", concerned="client", proposed_by=self.people["integrator"],
        )  # fmt: skip
        self.own_case = Case.objects.create(
            script=self.open_rollout.script, position=99, code="PED-X09", process="PED", title="x", is_own=True,
            obligation="optional",
        )  # fmt: skip
        ScriptVersionFactory(key=Blueprint.SHIPPED, version=99)
        TermVersionFactory(version=98, content=Blueprint.objects.current("term").content)
        TermVersionFactory(key=Blueprint.SHIPPED, version=99)
        term_actions.start(by=manager)
        self.waiver = Waiver.objects.create(
            rollout=self.rollout, gate="complete", requirement="x:y", text="x", reason="x", waived_by=manager
        )
        self.waived = self.rollout.prerequisites.get(key="contacts_client")
        Waiver.objects.create(
            rollout=self.rollout, gate=self.waived.gate, requirement=self.waived.requirement_key, text="x", reason="x",
            waived_by=manager,
        )  # fmt: skip
        presence = manager.memberships.get().company
        self.saved_view = SavedView.objects.create(owner=manager, name="Da equipe", shared_with=presence)
        for rollout in Rollout.objects.open():
            forecasts.forecast(rollout.pk)
        figures.add_up(self.rollout.pk)
        self.report = a_report_of_before(self.rollout)
        StatusReport.objects.filter(pk=self.report.pk).update(pdf=stored)
        self.draft = a_draft(self.open_rollout)
        # Of the open project; what is made in a project that is over is made as a row.
        self.link, self.secret = links.make(self.open_rollout, by=self.people["lead"], days=30)
        ReportLink.objects.filter(pk=self.link.pk).update(rollout=self.rollout)
        self.absence = Absence.objects.create(
            person=self.people["analyst"], first=clock.today(), last=clock.today() + timedelta(days=3)
        )
        self.unfinished = UnfinishedWork.objects.create(
            kind="golive.dossier", key=str(self.rollout.pk), next_try_at=None, given_up_at=clock.now()
        )
        self.colleague = MembershipFactory(company=self.company)
        self.contact = PersonFactory(company=self.company, name="Rosa Nunes", phone="(47) 91234-0001")
        self.double = PersonFactory(company=self.company)
        self.telephone_readers: set[tuple[str, str]] = set()
        self.token = ApiTokenFactory(rollout=self.rollout, person=self.people["integrator"])
        self.address_change = AddressChangeFactory()
        self.invitation = InvitationFactory(company=self.company, invited_by=self.people["pm"])
        month = timezone.localtime(self.rollout.time_entries.first().started_at).date()
        warnings = closing.warnings_of(self.rollout, month)
        closing.close_month(self.rollout, by=manager, month=month, acknowledged=closing.receipt(warnings))
        self.closed = closing.close_client_month(self.company, by=manager, month=month)
        ContestFactory(
            rollout=self.rollout, number=1, entry=self.rollout.time_entries.last(), hour_class="included",
            opened_by=self.people["lead"],
        )  # fmt: skip
        # The key of each person's session; nobody's is empty.
        self.sessions = {name: person and signed_in(person) for name, person in self.people.items()}

    def kwargs(self, name: str) -> dict:
        """The parts of the address of route ``name``, of things that exist."""
        rollout = self.rollout
        own = self.parts.get(name.split(":")[0], {})
        if name.startswith("blueprints:"):
            own = own | {
                "key": "default" if name == "blueprints:detail" else "forum",
                "version": Blueprint.objects.current("term" if "term_" in name else "script").version,
            }
        if name in ("portfolio:saved_view", "portfolio:delete_view"):
            return {"pk": self.saved_view.pk}
        if name in ("portfolio:start_report", "portfolio:report_draft", "portfolio:skip_report"):
            return {"pk": self.open_rollout.pk}
        if name == "portfolio:remove_absence":
            return {"pk": self.absence.pk}
        if name == "rollouts:try_again":
            return {"pk": self.unfinished.pk}
        if name in ("hours:client_statement", "hours:client_file"):
            return {"number": self.closed.number, "kind": "csv"}
        if name == "hours:close_client":
            return {"pk": self.company.pk}
        if name == "invitations:company":
            return {"pk": self.company.pk}
        if name == "prerequisites:compare":  # The one item of the scene that was delivered twice.
            return {"pk": rollout.pk, "item_pk": rollout.prerequisites.get(key="api_documentation").pk}
        if name == "prerequisites:unwaive":
            return {"pk": rollout.pk, "item_pk": self.waived.pk}
        if name in (
            "homologation:version",
            "homologation:new_own_case",
            "homologation:own_case",
            "homologation:remove_own_case",
        ):  # Before the freeze.
            return {"pk": self.open_rollout.pk, "code": self.own_case.code}
        if name in ("portal:matter", "portal:draft", "portal:assign"):
            return {"pk": self.open_rollout.pk, "key": "prerequisite:homologation_environment"}
        return {"pk": rollout.pk, **own}

    @cached_property
    def parts(self) -> dict[str, dict]:
        """The parts of the addresses of each app's routes."""
        rollout = self.rollout
        case = rollout.script.cases.first()
        return {
            "companies": {
                "file_format": "csv",
                "pk": self.company.pk,
                "membership_pk": self.colleague.pk,
                "person_pk": self.contact.pk,
            },
            "blueprints": {
                "kind": "training",
                "code": "PED-12",
                "process": "PED",
                "condition": "kit",
            },
            "accounts": {"token": addresses.answer_url(self.address_change).rstrip("/").rpartition("/")[2]},
            "invitations": {"pk": self.invitation.pk, "token": invitations.token(self.invitation)},
            "files": {"upload_pk": self.upload.pk},
            "kickoff": {
                "item_pk": rollout.kickoff.agenda.first().pk,
                "number": rollout.kickoff.published.last().number,
                "party": "client",
                "row_pk": rollout.kickoff.rows.get(sheet="actions").pk,
                "key": "data:orders",
            },
            "prerequisites": {
                "item_pk": rollout.prerequisites.get(key="homologation_environment").pk,
                "submission_pk": Submission.objects.filter(prerequisite__rollout=rollout).first().pk,
                "file_pk": self.stored.pk,
                "page": 1,
                "sequence": rollout.events.filter(kind="prerequisites.purged").first().sequence,
            },
            "meetings": {"meeting_pk": self.meeting.pk, "attendee_pk": self.guest.pk},
            "homologation": {
                "code": case.code,
                "number": rollout.nonconformities.first().number,
                "reservation_pk": self.reservation.pk,
                "reduction_pk": self.reduction.pk,
                "page": 1,
                "result_pk": self.result.pk,
                "evidence_pk": self.evidence.pk,
                "report_pk": RoundReport.objects.filter(round__script__rollout=rollout).first().pk,
                "session_pk": self.session.pk,
            },
            "hours": {"number": rollout.time_entries.get(number=1).number, "position": 1, "kind": "csv"},
            "acceptance": {
                "key": "forum",
                "version": rollout.terms.first().version,
                "signatory_pk": rollout.terms.first().signatories.get(role="client").pk,
                "code": rollout.terms.first().code,
            },
            "golive": {
                "item_pk": rollout.golive_items.first().pk,
                "window": rollout.golive_windows.last().number,
                "role": "client",
                "incident": rollout.incidents.last().number,
                "edition": self.dossier.number,
            },
            "portfolio": {
                "file_format": "csv",
                "key": "lembrar",
                "number": self.report.number,
                "link_number": self.link.number,
                "token": self.secret,
                "membership_pk": self.people["analyst"].memberships.get().pk,
            },
            "rollouts": {
                "waiver_pk": self.waiver.pk,
                "analyst_pk": self.analyst.pk,
                "role": "integrator",
                "key": "timeline",
                "file_format": "csv",
            },
            "api": {"token_pk": self.token.pk},
            "api-1": {
                "rollout_id": rollout.pk,
                "code": case.code,
                "analyst_id": self.analyst.pk,
                "waiver_id": self.waiver.pk,
                "number": rollout.nonconformities.first().number,
                "window": rollout.golive_windows.last().number,
                "key": rollout.golive_items.first().key,
                "condition": "kit",
                "result_id": Result.objects.filter(case__script__rollout=rollout, by=self.people["analyst"]).last().pk,
            },
        }

    def data(self, name: str) -> dict:
        """A form that route ``name`` finds valid, so that only the person decides the answer."""
        form = self.forms.get(name, {})
        for value in form.values():
            if isinstance(value, ContentFile):
                value.seek(0)  # It was read to its end when it was sent before.
        return form

    @cached_property
    def forms(self) -> dict[str, dict]:
        """The form of each route that takes one; what the answers do to the scene is rolled back, so that they stay valid."""
        rollout, now = self.rollout, clock.now()
        gate = {"gate": "complete", "seen_version": rollout.version}
        held = {"started_at": "2026-01-01T10:00", "minutes": "1h"}
        people = {
            row.role: as_chosen(rollout.company(row.role), row.user) for row in rollout.terms.first().signatories.all()
        }
        colleague = as_chosen(rollout.company("client"), self.people["member"])
        return {
            "set_language": {"language": "en"},
            "accounts:address_answer": {"answer": "confirm"},
            "files:start": {"name": "x.pdf", "size": "9"},
            "portfolio:list": {"name": "x"},
            "portfolio:board": {"name": "x"},
            "portfolio:time": {"name": "x"},
            "portfolio:report_draft": {"light": "late", "reason": "x", "seen_version": "0", "do": "save"},
            "portfolio:skip_report": {"report": self.draft.pk},
            "portfolio:make_report_link": {"days": "30"},
            "portfolio:absences": {
                "first": "2030-01-02", "last": "2030-01-03", "person": self.people["manager"].pk,
            },
            "portfolio:capacity": {"minutes": "20h"},
            "companies:add_person": {"name": "Alguém", "emails": "x@x.com.br"},
            "companies:person": {"name": "x", "position": "x"},
            "companies:merge_person": {"other": f"#{self.double.pk}"},
            "rollouts:advance": gate,
            "rollouts:send_back": gate | {"reason": "x"},
            "rollouts:hold": gate | {"reason": "x", "caused_by": "client"},
            "rollouts:resume": gate,
            "rollouts:correct": {"scope": "x", "reason": "x"},
            "rollouts:hand_over": {"manager-to": self.people["manager"].pk, "manager-reason": "x"},
            "rollouts:hand_over_several": {"to": self.people["manager"].pk, "reason": "x"},
            "rollouts:assign_analyst": {"analyst-membership": self.people["manager"].memberships.get().pk},
            "rollouts:replace_party": {"company": self.company.pk, "credentials": "purge", "reason": "x"},
            "rollouts:reopen": gate | {"reason": "x"},
            "rollouts:second_phase": {"project_manager": self.people["pm"].pk, "scope": "x"},
            "companies:merge": {"into": self.rollout.company("client").pk, "reason": "x"},
            "rollouts:cancel": gate | {"reason": "x"},
            "prerequisites:submit": ENVIRONMENT,
            "prerequisites:reject": {"reason": "x"},
            "prerequisites:reopen": {"reason": "x"},
            "prerequisites:add": {"title": "x", "owner": "client", "gate": "complete", "kind": "link"},
            "prerequisites:edit": {"title": "x", "owner": "client", "gate": "complete", "kind": "link"},
            "prerequisites:withdraw": {"reason": "x"},
            "prerequisites:due": {"due": "2030-01-01", "reason": "x"},
            "prerequisites:waive": {"reason": "x"},
            "prerequisites:review_send_back": {"reason": "x"},
            "rollouts:plan": {"reason": "x"},
            "meetings:plan": {"title": "x", "planned_start": "2030-01-02T10:00", "planned_minutes": "1h"},
            "meetings:change": {"planned_start": "2030-01-02T10:00", "planned_minutes": "1h"},
            "meetings:record_new": held | {"title": "x"},
            "meetings:record": held | {"guests_client": "x"},
            "meetings:invite": {"guests_client": "x"},
            "meetings:join": {"myself": "1"},
            "meetings:cancel": {"reason": "x"},
            "meetings:not_held": {"reason": "x", "cause": "client"},
            "kickoff:model": {"model": "polling"},
            "kickoff:correct_model": {"model": "polling", "reason": "x"},
            "kickoff:methods": {"methods": [rollout.kickoff.methods.first().pk]},
            "kickoff:cell": {"row": rollout.kickoff.rows.first().pk, "column": "note", "value": "x"},
            "kickoff:paste": {"row": rollout.kickoff.rows.first().pk, "column": "note", "text": "a\nb"},
            "kickoff:save_row": {"text": "x", "versions": "9"},
            "kickoff:answer_amendments": {"numbers": ["1"], "answer": "yes"},
            "kickoff:add_row": {"sheet": "payments"},
            "kickoff:answer": {"answer": "yes"},
            "kickoff:publish": {"minutes": "x"},
            "kickoff:preview": {"minutes": "x"},
            "development:due_date": {"date": "2030-01-01", "reason": "x"},
            "development:progress": {"percent": 10, "text": "x"},
            "development:delivery": {"version": "9", "notes": "x"},
            "blueprints:case": CASE | {"seen": "x"},
            "blueprints:new_case": CASE,
            "blueprints:move_case": {"up": "PED-12"},
            "blueprints:new_process": {"key": "XYZ", "title_pt": "x"},
            "blueprints:process": {"title_pt": "x"},
            "blueprints:condition": {"title_pt": "x"},
            "blueprints:new_condition": {"title_pt": "x"},
            "blueprints:publish": {"note": "x", "revision": 1},
            "blueprints:clause": {"title_pt": "x", "text_pt": "x", "seen": "x"},
            "blueprints:new_clause": {"title_pt": "x", "text_pt": "x"},
            "blueprints:move_clause": {"up": "forum"},
            "blueprints:publish_term": {"note": "x", "revision": 1},
            "homologation:new_own_case": CASE | {"process": "PED"},
            "homologation:own_case": CASE | {"seen": "x"},
            "homologation:version": {"version": 1},
            "homologation:case": {"outcome": "passed", "evidence_text": "x"},
            "homologation:propose": {"text": "x", "owner": "client", "deadline": "2030-01-01"},
            "homologation:fix": {"fix_version": "9"},
            "homologation:reopen": {"reason": "x"},
            "homologation:change_scope": {"condition": "kit", "reason": "x"},
            "homologation:keep_results": {"reason": "x"},
            "homologation:decline": {"reason": "x"},
            "homologation:merge": {"into": "0"},
            "homologation:contest": {"reason": "x"},
            "api:tokens": {"name": "x", "scopes": ["read"]},
            **api_forms.of(self),
            "homologation:meeting_case": {"outcome": "passed", "evidence_text": "x"},
            "homologation:comment": {"text": "x"},
            "homologation:attach": {"text": "x"},
            "homologation:change": {"severity": "minor", "owner": "client"},
            "homologation:add_report": {
                "round_": rollout.script.rounds.first().pk, "title": "x", "file": ContentFile(b"a;b", name="x.csv"),
            },
            "homologation:decide_report": {"decision": "discard"},
            "homologation:start_session": {"absent_presence": "x", "absent_client": "x", "absent_integrator": "x"},
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
            "hours:attribute": {"nonconformity": rollout.nonconformities.first().pk, "reason": "x"},
            "hours:ask": {"activity": "follow_up", "minutes": "1h", "purpose": "x"},
            "hours:answer_extra": {"answer": "yes"},
            "hours:contest": {"text": "x"},
            "hours:contest_thread": {"text": "x"},
            "hours:resolve_contest": {"outcome": "kept", "text": "x"},
            "hours:close": {"month": "2026-01-01"},
            "hours:close_client": {"month": "2026-01-01"},
            "hours:policy": {
                "effective_from": "2026-01-01", "training_allowance": "4h", "homologation_allowance": "6h",
                "hourly_rate": "1", "increment": 1, "rounding": "none",
            },
            "acceptance:draft": people,
            "acceptance:confirm": {"consent": "on", "code": "000000"},
            "acceptance:delegate": {"to": colleague},
            "acceptance:designate": {"to": colleague, "reason": "x"},
            "acceptance:take_newer_clauses": {"version": 98},
            "acceptance:add_clause": {"title": "x", "text": "x", "reason": "x"},
            "acceptance:change_clause": {"title": "x", "text": "x", "reason": "x", "seen": "x"},
            "acceptance:leave_out_clause": {"out-reason": "x", "seen": "x"},
            "acceptance:settle": {"settlement": "x"},
            "acceptance:compare": {"sha256": "0" * 64},
            "acceptance:refuse": {"reason": "x"},
            "acceptance:give_cpf": {"cpf": "12345678909"},
            "acceptance:elsewhere": {"file": ContentFile(b"%PDF-1.7", name="x.pdf")},
            "golive:propose": {"window-starts_at": "2030-01-02T10:00", "window-ends_at": "2030-01-02T12:00"},
            "golive:answer": {"client-answer": "go"},
            "golive:roll_back": {"rollback-reason": "x"},
            "golive:note_incident": {
                "incident-what": "x", "incident-severity": "minor", "incident-owner": "client",
                "incident-since": "2026-01-01T10:00",
            },
            "golive:resolve_incident": {f"resolve-{rollout.incidents.last().number}-resolution": "x"},
            "portal:matter": ENVIRONMENT,
            "portal:draft": {"text": "x"},
            "portal:assign": {"to": ""},
            "portal:view_as": {"role": "client"},
            "invitations:company": {"person_1_name": "x", "person_1_email": "novo@x.com.br", "role": "member"},
        }  # fmt: skip
