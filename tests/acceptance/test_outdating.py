"""What makes a term outdated, who is asked before signatures are lost, who is told afterwards, and what the gate asks."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.api.api import refused
from apps.companies import actions as companies
from apps.companies.models import Company
from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Refusal
from apps.core.web.confirmations import ConfirmationMiddleware
from apps.hours.ledger import actions as ledger
from apps.hours.models import TimeEntry
from apps.notices import actions as notices
from apps.notices.models import Notice
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.models import Prerequisite
from apps.rollouts import actions as rollouts
from apps.rollouts import gates, read_model, timeline
from apps.rollouts.models import OpenRequirement, Rollout
from apps.stages.acceptance import actions, binding, outdating, queries
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.wording import clauses as wording
from apps.stages.acceptance.wording import record
from apps.stages.kickoff import worksheet
from tests.acceptance.factories import a_draft, opened, signatory, signs
from tests.api.factories import ApiTokenFactory, tool
from tests.hours.factories import BareEntryFactory
from tests.kickoff.factories import KickoffFactory, RowFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 teste"


@pytest.fixture
def ready():
    """A term that nobody signed yet."""
    return opened(a_draft(), pdf=PDF)


@pytest.fixture
def half_signed(ready):
    """A term that the client signed and the others have not."""
    signs(ready, "client")
    return ready


def now(term):
    return AcceptanceTerm.objects.get(pk=term.pk)


def log(term, activity="follow_up", minutes=60):
    """Hours of yesterday, as a call that no person sent."""
    rollout = Rollout.objects.get(pk=term.rollout_id)
    started_at = clock.now() - timedelta(days=1)
    return ledger.log(
        rollout, by=term.rollout.people["pm"], activity=activity, started_at=started_at, minutes=minutes, note="Apoio"
    )


def asked_of(term, role):
    """The keys of what is open and owed by ``role``."""
    return sorted(OpenRequirement.objects.filter(rollout=term.rollout_id, owed_by=role).values_list("key", flat=True))


def typed(term, **changes):
    """An entry as the hours page sends it."""
    started = clock.local(clock.now() - timedelta(days=1))
    return {
        "activity": "follow_up", "minutes": "1h00", "note": "Apoio à loja",
        "started_at": started.strftime("%Y-%m-%dT%H:%M"), **changes,
    }  # fmt: skip


class TestWhatBinds:
    @pytest.mark.parametrize("minutes", [15, 600])
    def test_internal_work_changes_nothing(self, half_signed, minutes):
        log(half_signed, activity="internal", minutes=minutes)
        assert not queries.is_stale(now(half_signed))
        signs(half_signed, "integrator")

    def test_a_name_that_somebody_is_called_by_changes_nothing(self, half_signed):
        people = half_signed.rollout.people
        for name in ("pm", "client", "integrator"):
            people[name].name = f"{people[name].name} de Souza"
            people[name].save()
        assert not queries.is_stale(now(half_signed))

    def test_an_address_of_after_changes_nothing(self, half_signed):
        client = half_signed.rollout.company("client")
        companies.change_company(client, by=half_signed.rollout.people["client"], street="Rua Nova, 10", city="Recife")
        assert not queries.is_stale(now(half_signed))
        assert now(half_signed).outdated_at is None

    def test_how_somebody_who_was_trained_is_called_changes_nothing_and_that_they_were_there_does(self):
        term = a_draft()
        held = {"state": "held", "started_at": clock.now() - timedelta(hours=1), "ended_at": clock.now()}
        session = MeetingFactory(rollout=term.rollout, kind="training", number=1, **held)
        attendee = AttendeeFactory(meeting=session, attended=True, person=None, name="Ana", party="client")
        before = record.build(term.rollout)
        attendee.name = "Ana Lima"
        attendee.save()
        assert binding.changed_parts(before, record.build(term.rollout)) == []
        AttendeeFactory(meeting=session, attended=True, person=None, name="Bia", party="client")
        assert binding.changed_parts(before, record.build(term.rollout)) == [binding.Part.TRAINING]

    @pytest.mark.parametrize("activity", ["follow_up", "training", "kickoff"])
    def test_hours_by_class_do(self, ready, activity):
        log(ready, activity=activity)
        assert queries.changed_parts(now(ready)) == [binding.Part.HOURS]

    def test_the_name_and_the_cnpj_of_a_party_do(self, ready):
        client = ready.rollout.company("client")
        companies.change_company(client, by=ready.rollout.people["manager"], legal_name="Outra Razão Social Ltda.")
        assert binding.Part.PARTIES in queries.changed_parts(now(ready))
        assert now(ready).outdated_at is not None

    def test_the_name_of_a_party_can_be_corrected_once_its_project_is_cancelled(self, half_signed):
        client, manager = half_signed.rollout.company("client"), half_signed.rollout.people["manager"]
        rollout = Rollout.objects.get(pk=half_signed.rollout_id)
        rollouts.cancel(rollout, by=manager, reason="O cliente desistiu", seen_version=rollout.version)
        companies.change_company(client, by=manager, legal_name="Outra Razão Social Ltda.")
        assert now(half_signed).outdated_at is None

    @pytest.mark.parametrize(("city", "state"), [("Cuiabá", "MT"), ("", "")])
    def test_the_city_of_presence_is_that_of_the_draft(self, ready, city, state):
        assert "Curitiba/PR" in ready.record["clauses"][-1]["text"]
        Company.objects.filter(kind="presence").update(city=city, state=state)
        assert queries.changed_parts(now(ready)) == []

    def test_filling_in_the_city_outdates_no_term_of_before_that_has_none(self, ready):
        clause = ready.record["clauses"][-1]
        clause["text"] = clause["text"].replace("Curitiba/PR", "onde fica a sede de Presence")
        ready.save(update_fields=["record"])
        assert queries.changed_parts(now(ready)) == []

    def test_a_clause_does(self, ready):
        wording.add(ready.rollout, by=ready.rollout.people["pm"], title="Sigilo", text="Guardam sigilo.", reason="X")
        assert queries.changed_parts(now(ready)) == [binding.Part.CLAUSES]

    def test_a_record_of_before_that_lacks_a_share_is_compared_all_the_same(self, ready):
        record_of_before = {key: value for key, value in ready.record.items() if key not in ("training", "hours")}
        assert binding.changed_parts(record_of_before, ready.record) == [binding.Part.HOURS]


class TestOnceItIsOutdated:
    @pytest.fixture
    def outdated(self, half_signed):
        log(half_signed)
        return half_signed

    def test_presence_owes_another_one_and_nobody_is_asked_to_sign(self, outdated):
        assert asked_of(outdated, "presence") == ["acceptance:term"]
        assert asked_of(outdated, "integrator") == []
        rollout = Rollout.objects.get(pk=outdated.rollout_id)
        assert [row.key for row in gates.unmet(rollout, Gate.START_GO_LIVE) if row.key.startswith("acceptance")] == [
            "acceptance:term"
        ]
        assert read_model.differences(rollout) == []
        row = OpenRequirement.objects.get(rollout=rollout, key="acceptance:term")
        assert row.text["pt"] == "Redigir de novo o termo de aceite: o registro do projeto mudou"
        assert row.text["en"].startswith("Draft the acceptance term again")

    def test_who_had_signed_is_told_why_and_the_manager_too(self, outdated):
        people = outdated.rollout.people
        event = outdated.rollout.events.get(kind="acceptance.outdated")
        assert (event.data["parts"], event.data["signed"]) == (["hours"], ["client"])
        assert (
            event.describe() == f"O termo de aceite {outdated} não diz mais o que o projeto registra; mudou: as horas"
        )
        notices.consume(event)
        assert {notice.user for notice in Notice.objects.filter(event=event)} == {people["client"], people["pm"]}

    @pytest.mark.parametrize("role", ["integrator", "presence"])
    def test_nobody_signs_refuses_or_passes_it_on(self, outdated, role):
        row = signatory(outdated, role)
        with pytest.raises(Refusal, match="mudou depois da redação"):
            signing.sign(row, by=row.user, consent=True, code="000000")
        with pytest.raises(Refusal, match="mudou depois da redação"):
            signing.refuse(row, by=row.user, reason="Não")

    def test_it_is_said_once(self, outdated):
        log(outdated, minutes=30)
        assert outdated.rollout.events.filter(kind="acceptance.outdated").count() == 1

    def test_taking_back_what_changed_does_not_bring_lost_signatures_back(self, outdated):
        entry = outdated.rollout.time_entries.get()
        ledger.delete(entry, by=outdated.rollout.people["pm"], reason="Engano")
        assert not now(outdated).can_be_signed
        assert queries.is_stale(now(outdated))

    def test_another_one_is_drafted_without_asking_again_for_signatures_that_are_lost(self, outdated):
        people = outdated.rollout.people
        chosen = {"client": people["client"], "integrator": people["integrator"], "presence": people["pm"]}
        newer = actions.draft(Rollout.objects.get(pk=outdated.rollout_id), by=people["pm"], signatories=chosen)
        assert not outdated.rollout.events.filter(kind="acceptance.signatures_voided").exists()
        newer.rollout.people = people
        signs(opened(newer, pdf=PDF), "client")
        assert asked_of(outdated, "integrator") == ["acceptance:signature:integrator"]

    def test_its_pages_say_so(self, outdated, client_for):
        browser, rollout = client_for(outdated.rollout.people["integrator"]), outdated.rollout
        room = browser.get(reverse("acceptance:room", args=[rollout.pk])).content.decode()
        assert "Desatualizado" in room
        assert "O que mudou: as horas." in room
        row = signatory(outdated, "integrator")
        page = browser.get(reverse("acceptance:sign", args=[rollout.pk, row.pk])).content.decode()
        assert "O registro mudou depois da redação" in page
        assert "Ainda não é a vez" not in page
        assert (
            "não vale como aceite" in browser.get(reverse("acceptance:verify", args=[outdated.code])).content.decode()
        )

    def test_what_changed_while_the_pdf_was_made_is_noticed_when_it_is_there(self):
        term = a_draft()
        log(term)
        term = opened(term, pdf=PDF)
        assert term.is_outdated
        assert asked_of(term, "client") == []

    def test_its_time_to_sign_runs_out_for_nobody(self, outdated):
        with clock.at(now(outdated).expires_at + timedelta(days=1)):
            assert queries.overdue() == []
            actions.expire(outdated.pk)
        assert now(outdated).is_outdated

    def test_nobody_is_mailed_that_it_is_their_turn_once_it_is_outdated(self, half_signed):
        turn = half_signed.rollout.events.filter(kind="acceptance.rendered").get()
        log(half_signed)
        notices.consume(turn)
        assert not Notice.objects.filter(event=turn, user=half_signed.rollout.people["integrator"]).exists()

    def test_the_night_notices_what_no_event_told(self, half_signed):
        Rollout.objects.filter(pk=half_signed.rollout_id).update(scope="Mudou")
        with timeline.changing(half_signed.rollout) as rollout:
            outdating.work_out(rollout)
        assert now(half_signed).is_outdated
        assert asked_of(half_signed, "presence") == ["acceptance:term"]


class TestBeforeSignaturesAreLost:
    def test_whoever_logs_hours_is_told_whose_and_nothing_is_saved(self, half_signed, client_for):
        browser = client_for(half_signed.rollout.people["pm"])
        url = reverse("hours:log", args=[half_signed.rollout_id])
        answer = browser.post(url, typed(half_signed))
        page = answer.content.decode()
        assert answer.status_code == 409
        assert signatory(half_signed, "client").name in page
        assert "as assinaturas perdem o efeito" in page
        assert 'value="Apoio à loja"' in page
        assert not half_signed.rollout.time_entries.exists()
        assert now(half_signed).can_be_signed

    def test_confirmed_it_is_done(self, half_signed, client_for):
        browser = client_for(half_signed.rollout.people["pm"])
        url = reverse("hours:log", args=[half_signed.rollout_id])
        page = browser.post(url, typed(half_signed)).content.decode()
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        assert browser.post(url, fields).status_code == 302
        assert half_signed.rollout.time_entries.count() == 1
        assert now(half_signed).is_outdated

    def test_a_signature_given_meanwhile_is_not_lost_unseen(self, half_signed, client_for):
        browser = client_for(half_signed.rollout.people["pm"])
        url = reverse("hours:log", args=[half_signed.rollout_id])
        page = browser.post(url, typed(half_signed)).content.decode()
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        signs(half_signed, "integrator")
        answer = browser.post(url, fields)
        assert answer.status_code == 409
        assert signatory(half_signed, "integrator").name in answer.content.decode()

    def test_files_are_chosen_again_where_it_is_confirmed_and_the_rest_comes_along(self, half_signed, rf):
        def view(request):
            refusal = outdating.VoidsSignatures([(half_signed, queries.who_signed(half_signed))])
            return middleware.process_exception(request, refusal)

        middleware = ConfirmationMiddleware(view)
        sent = {"note": "Apoio", "proof": SimpleUploadedFile("foto.png", b"x")}
        request = rf.post("/projetos/1/", sent, headers={"HX-Request": "true"})
        request.htmx = True
        page = middleware(request).content.decode()
        assert re.search(r'<input type="file"[^>]* name="proof"', page)
        assert "foto.png" in page
        assert 'enctype="multipart/form-data"' in page
        assert 'value="Apoio"' in page

    def test_in_a_dialog_the_question_takes_the_place_of_the_form(self, half_signed, client_for):
        browser = client_for(half_signed.rollout.people["pm"])
        quick = {
            "minutes": "1h00", "note": "Apoio", "rollout": half_signed.rollout_id, "activity": "follow_up",
            "day": clock.today().isoformat(), "start": "", "end": "", "source": "",
        }  # fmt: skip
        answer = browser.post(reverse("hours:quick"), quick, headers={"HX-Request": "true"})
        assert answer.status_code == 409
        assert not answer.content.decode().lstrip().lower().startswith("<!doctype")
        assert "voids_signatures" in answer.content.decode()

    def test_nobody_is_asked_where_nobody_signed_or_nothing_binds(self, ready, client_for):
        browser, url = client_for(ready.rollout.people["pm"]), reverse("hours:log", args=[ready.rollout_id])
        assert browser.post(url, typed(ready, activity="internal", minutes="0h15")).status_code == 302
        assert now(ready).can_be_signed
        assert browser.post(url, typed(ready)).status_code == 302
        assert now(ready).is_outdated

    def test_the_lead_who_answers_a_request_is_asked_too(self, half_signed, client_for):
        rollout, people = half_signed.rollout, half_signed.rollout.people
        url = reverse("hours:ask", args=[rollout.pk])
        answer = client_for(people["pm"]).post(url, {"activity": "follow_up", "minutes": "1h00", "purpose": "Apoio"})
        assert answer.status_code == 409
        assert not rollout.extra_requests.exists()

    def test_correcting_the_name_of_a_party_asks_once_for_all_of_its_terms(self, half_signed, client_for):
        client = half_signed.rollout.company("client")
        other = opened(a_draft(client=client), pdf=PDF)
        signs(other, "client")
        browser = client_for(half_signed.rollout.people["manager"])
        url = reverse("companies:edit", args=[client.pk])
        typed = {
            "kind": "client", "legal_name": "Nova Razão Ltda.", "trade_name": client.trade_name, "cnpj": client.cnpj,
        }  # fmt: skip
        answer = browser.post(url, typed)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert str(half_signed) in page
        assert str(other) in page
        client.refresh_from_db()
        assert client.legal_name != "Nova Razão Ltda."
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        assert browser.post(url, fields).status_code == 302
        assert now(half_signed).is_outdated
        assert now(other).is_outdated

    def test_a_program_reads_a_code_and_how_to_say_that_it_knows(self, half_signed, rf):
        answer = refused(rf.post("/api/"), outdating.VoidsSignatures([(half_signed, queries.who_signed(half_signed))]))
        assert answer.status_code == 409
        assert b'"code": "voids_signatures"' in answer.content
        assert f"?voids_signatures={half_signed}:client" in answer.content.decode()

    def test_in_english_the_page_is_english(self, half_signed, client_for):
        manager = half_signed.rollout.people["pm"]
        manager.language = "en"
        manager.save()
        url = reverse("hours:log", args=[half_signed.rollout_id])
        page = client_for(manager).post(url, typed(half_signed)).content.decode()
        assert "these signatures lose their effect" in page

    def test_copying_a_week_over_several_projects_copies_nothing_before_it_is_confirmed(self, half_signed, client_for):
        analyst, last_week = half_signed.rollout.people["analyst"], clock.now() - timedelta(days=8)
        other = RolloutFactory()
        entries = [
            BareEntryFactory(person=analyst, rollout=other, activity="follow_up", started_at=last_week),
            BareEntryFactory(
                person=analyst,
                rollout=half_signed.rollout,
                activity="follow_up",
                started_at=last_week + timedelta(hours=1),
            ),
        ]
        browser, url = client_for(analyst), reverse("hours:copy")
        answer = browser.post(url, {"entry": [entry.pk for entry in entries]})
        page = answer.content.decode()
        assert (answer.status_code, TimeEntry.objects.count()) == (409, 2)
        assert "Nada foi alterado ainda" in page
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        sent = {name: [value for other_name, value in fields if other_name == name] for name, _value in fields}
        assert browser.post(url, sent).status_code == 302
        assert TimeEntry.objects.count() == 4

    def test_accepting_several_deliveries_accepts_none_before_it_is_confirmed(
        self, half_signed, client_for, monkeypatch
    ):
        items = [PrerequisiteFactory(rollout=RolloutFactory()), PrerequisiteFactory(rollout=half_signed.rollout)]
        for item in items:
            prerequisites.submit(item, by=item.rollout.people["client"], text="x")
        accept = prerequisites.accept

        def accept_or_ask(item, **kwargs):
            if item.rollout_id == half_signed.rollout_id:
                raise outdating.VoidsSignatures([(half_signed, queries.who_signed(half_signed))])
            accept(item, **kwargs)

        monkeypatch.setattr(prerequisites, "accept", accept_or_ask)
        keys = [item.submissions.get().pk for item in items]
        url = reverse("prerequisites:review_accept")
        answer = client_for(half_signed.rollout.people["manager"]).post(url, {"delivery": keys})
        assert answer.status_code == 409
        assert {Prerequisite.objects.get(pk=item.pk).state for item in items} == {"submitted"}

    def test_a_page_that_says_refusals_in_its_own_way_lets_the_question_through(
        self, half_signed, client_for, monkeypatch
    ):
        def ask(*args, **kwargs):
            raise outdating.VoidsSignatures([(half_signed, queries.who_signed(half_signed))])

        row = RowFactory(kickoff=KickoffFactory(rollout=half_signed.rollout))
        monkeypatch.setattr(worksheet, "write", ask)
        typed_cell = {"row": row.pk, "column": row.spec.columns[0].name, "value": "x", "version": 0}
        url = reverse("kickoff:cell", args=[half_signed.rollout_id])
        page = client_for(half_signed.rollout.people["pm"]).post(url, typed_cell).content.decode()
        assert signatory(half_signed, "client").name in page
        assert "voids_signatures" in page

    def test_sending_the_project_back_says_it_first_and_asks_nobody_twice(self, half_signed, client_for):
        rollout = Rollout.objects.get(pk=half_signed.rollout_id)
        browser, url = client_for(half_signed.rollout.people["pm"]), reverse("rollouts:send_back", args=[rollout.pk])
        sent = {"gate": "return_to_homologation", "reason": "Defeito", "seen_version": rollout.version}
        assert browser.post(url, sent).status_code == 409
        assert Rollout.objects.get(pk=rollout.pk).stage == Stage.ACCEPTANCE
        page = browser.get(rollout.get_absolute_url()).content.decode()
        (receipt,) = re.findall(r'name="voids_signatures" value="([^"]+)"', page)
        assert browser.post(url, {**sent, "voids_signatures": receipt}).status_code == 302
        assert Rollout.objects.get(pk=rollout.pk).stage == Stage.HOMOLOGATION

    def test_a_signature_given_since_the_project_page_was_read_is_asked_about(self, half_signed, client_for):
        rollout = Rollout.objects.get(pk=half_signed.rollout_id)
        browser, url = client_for(half_signed.rollout.people["pm"]), reverse("rollouts:send_back", args=[rollout.pk])
        page = browser.get(rollout.get_absolute_url()).content.decode()
        (receipt,) = re.findall(r'name="voids_signatures" value="([^"]+)"', page)
        signs(half_signed, "integrator")
        sent = {"gate": "return_to_homologation", "reason": "Defeito", "seen_version": rollout.version}
        answer = browser.post(url, {**sent, "voids_signatures": receipt})
        assert answer.status_code == 409
        assert signatory(half_signed, "integrator").name in answer.content.decode()

    def test_a_program_that_sends_it_back_says_that_it_knows(self, half_signed):
        rollout = Rollout.objects.get(pk=half_signed.rollout_id)
        token = ApiTokenFactory(rollout=rollout, person=half_signed.rollout.people["manager"])
        body = {"gate": "return_to_homologation", "reason": "Defeito", "version": rollout.version}
        address = f"/api/rollouts/{rollout.pk}/return/"
        asked = tool(token).post(address, body, content_type="application/json")
        assert (asked.status_code, asked.json()["code"]) == (409, "voids_signatures")
        done = tool(token).post(address + asked.json()["details"][-1], body, content_type="application/json")
        assert (done.status_code, done.json()["stage"]) == (201, "homologation")

    def test_a_hold_asks_nothing(self, half_signed, client_for):
        rollout = Rollout.objects.get(pk=half_signed.rollout_id)
        rollouts.hold(
            rollout, by=rollout.project_manager, caused_by="client", reason="Aguardar", seen_version=rollout.version
        )
        assert now(half_signed).can_be_signed
