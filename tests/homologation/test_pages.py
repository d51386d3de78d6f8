"""The pages of the execution: matrix, sessions, meeting mode, nonconformities, report."""

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from apps.core.refusals import Invalid, Refusal
from apps.hours.ledger import proposals
from apps.meetings import attendance
from apps.meetings.models import Meeting
from apps.meetings.people import Guest
from apps.stages.homologation import queries, tasks
from apps.stages.homologation.execution import actions, round_reports
from apps.stages.homologation.execution import report as paper
from apps.stages.homologation.meetings import actions as sessions
from apps.stages.homologation.nonconformities import actions as nonconformities
from tests.files.factories import PreviewFactory
from tests.homologation.factories import EvidenceFactory, SessionFactory
from tests.homologation.test_homologation import FAILURE, case, report
from tests.meetings.factories import AbsenceFactory, AttendeeFactory, marks

pytestmark = pytest.mark.django_db
BY_SCRIPT = {"HX-Request": "true"}
"""What the script of a page sends along: to it a part is answered alone."""


@pytest.fixture
def base(rollout):
    return f"/projetos/{rollout.pk}/homologacao/"


@pytest.fixture
def session(rollout, script):
    return SessionFactory(rollout=rollout, led_by=rollout.people["analyst"])


def htmx(client, url, data=None):
    return (
        client.post(url, data, headers={"HX-Request": "true"})
        if data
        else client.get(url, headers={"HX-Request": "true"})
    )


class TestTheMatrix:
    def test_it_shows_each_case_in_each_round_and_a_cell_opens_the_history(self, rollout, script, base, client_for):
        report(script, rollout, **FAILURE)
        report(script, rollout, code="PED-02")
        actions.close_round(script, by=rollout.people["pm"])
        actions.start_round(script, by=rollout.people["pm"])
        report(script, rollout)
        client = client_for(rollout.people["platform"])
        page = client.get(base + "matriz/").content.decode()
        assert page.count("Abrir o histórico") == 3
        assert "fora desta rodada" in page
        history = client.get(base + "matriz/PED-01/", headers=BY_SCRIPT).content.decode()
        assert "Sem imagem" in history
        assert "Pedido 123" in history

    def test_before_the_first_round_it_says_what_to_wait_for(self, rollout, script, base, client_for):
        script.rounds.all().delete()
        assert "Nenhuma rodada ainda" in client_for(rollout.people["client"]).get(base + "matriz/").content.decode()


class TestReportsOfARound:
    def test_one_is_added_and_everybody_gets_it(self, rollout, script, base, client_for):
        data = {"round_": script.rounds.get().pk, "title": "Carga", "file": ContentFile(b"a;b", name="carga.csv")}
        assert client_for(rollout.people["integrator"]).post(base + "relatorios/", data).status_code == 302
        report = script.rounds.get().reports.get()
        platform = client_for(rollout.people["platform"])
        assert "Carga" in platform.get(base + "matriz/").content.decode()
        assert b"".join(platform.get(f"{base}relatorios/{report.pk}/").streaming_content) == b"a;b"
        assert client_for(rollout.people["stranger"]).get(f"{base}relatorios/{report.pk}/").status_code == 404
        assert platform.post(base + "relatorios/", data | {"file": ContentFile(b"a", name="x.csv")}).status_code == 403

    def test_it_needs_a_title(self, rollout, script):
        with pytest.raises(Invalid):
            round_reports.add(
                script.rounds.get(), by=rollout.people["pm"], title=" ", file=ContentFile(b"a", name="x.csv")
            )


class TestMeetingMode:
    def test_saving_brings_the_next_case_without_a_result(self, rollout, script, session, base, client_for):
        client = client_for(rollout.people["client"])
        assert 'data-case="PED-01"' in client.get(base + "reuniao/").content.decode()
        answer = htmx(
            client, base + "reuniao/casos/PED-01/", {"outcome": "passed", "evidence_text": "x", "seen_result": 0}
        )
        assert answer["HX-Trigger"] == "meeting-changed"
        assert 'data-case="PED-02"' in answer.content.decode()
        answer = htmx(client, base + "reuniao/casos/PED-02/", {"outcome": "passed", "seen_result": 0})
        assert "Nada mais a executar" in answer.content.decode()

    def test_without_script_it_goes_on_by_pages(self, rollout, script, session, base, client_for):
        client = client_for(rollout.people["client"])
        answer = client.post(base + "reuniao/casos/PED-01/", {"outcome": "passed", "evidence_text": "x"})
        assert answer["Location"] == base + "reuniao/?case=PED-02"
        assert client.get(base + "reuniao/casos/PED-02/")["Location"] == base + "reuniao/?case=PED-02"

    def test_who_was_overtaken_is_told_once_and_both_results_are_kept(self, rollout, script, session, base, client_for):
        report(script, rollout, who="integrator", outcome="blocked", note="Ambiente fora")
        client = client_for(rollout.people["client"])
        own_result = {"outcome": "passed", "evidence_text": "Vi passar", "seen_result": 0}
        answer = htmx(client, base + "reuniao/casos/PED-01/", own_result)
        text = answer.content.decode()
        assert answer.status_code == 409
        for words in ("Vi passar", "Registrar mesmo assim", rollout.people["integrator"].name):
            assert words in text
        newest = case(script).results.get()
        assert f'value="{newest.pk}"' in text
        assert htmx(client, base + "reuniao/casos/PED-01/", own_result | {"seen_result": newest.pk}).status_code == 200
        assert [result.outcome for result in case(script).results.all()] == ["blocked", "passed"]

    def test_a_refused_result_keeps_what_was_typed(self, rollout, script, session, base, client_for):
        answer = htmx(
            client_for(rollout.people["client"]), base + "reuniao/casos/PED-01/",
            {"outcome": "failed", "note": "Texto digitado"},
        )  # fmt: skip
        assert answer.status_code == 422
        assert "Texto digitado" in answer.content.decode()

    def test_others_are_told_only_when_something_happened(self, rollout, script, session, base, client_for):
        client = client_for(rollout.people["platform"])
        rollout.refresh_from_db()
        live = f"{base}reuniao/andamento/?version={rollout.version}"
        overview = f"{base}andamento/?version={rollout.version}"
        assert client.get(live, headers=BY_SCRIPT).status_code == 204
        assert client.get(overview, headers=BY_SCRIPT).status_code == 204
        report(script, rollout)
        text = client.get(live, headers=BY_SCRIPT).content.decode()
        assert "1 de 2" in text
        assert 'data-count="passed"' in text
        assert "1 de 1 obrigatórios resolvidos" in client.get(overview, headers=BY_SCRIPT).content.decode()

    def test_the_platform_follows_and_does_not_report(self, rollout, script, session, base, client_for):
        client = client_for(rollout.people["platform"])
        assert "Você acompanha" in client.get(base + "reuniao/").content.decode()
        assert (
            client.post(base + "reuniao/casos/PED-01/", {"outcome": "passed", "evidence_text": "x"}).status_code == 403
        )

    def test_only_presence_is_offered_not_applicable(self, rollout, script, session, base, client_for):
        assert 'value="not_applicable"' in client_for(rollout.people["analyst"]).get(base + "reuniao/").content.decode()
        assert (
            'value="not_applicable"' not in client_for(rollout.people["client"]).get(base + "reuniao/").content.decode()
        )

    def test_a_session_goes_from_its_form_to_its_end(self, rollout, script, base, client_for):
        people = rollout.people
        analyst = client_for(people["analyst"])
        data = {
            "present": marks(people["analyst"], people["client"]),
            "guests_client": "Maria, João",
        }
        answer = analyst.post(base + "reuniao/iniciar/", data)
        assert answer.status_code == 422
        assert "Ninguém de" in answer.content.decode()
        assert "Maria, João" in answer.content.decode()
        assert analyst.post(base + "reuniao/iniciar/", data | {"absent_integrator": "Sem agenda"}).status_code == 302
        session = rollout.meetings.get()
        assert sorted(map(str, session.attendees.all())) == sorted(
            [str(people["analyst"]), str(people["client"]), "João", "Maria"]
        )
        assert "Sem agenda" in analyst.get(base + "reuniao/").content.decode()
        assert client_for(people["client"]).post(f"{base}reuniao/{session.pk}/encerrar/").status_code == 403
        assert analyst.post(f"{base}reuniao/{session.pk}/encerrar/").status_code == 302
        assert "Maria" in analyst.get(base + "reuniao/").content.decode()

    def test_planning_and_calling_off(self, rollout, script, base, client_for):
        pm = client_for(rollout.people["pm"])
        plan = {"planned_start": "2030-01-01T10:00", "planned_minutes": "2h"}
        url = f"/projetos/{rollout.pk}/reunioes/"
        assert pm.post(f"{url}agendar/?kind=homologation", plan).status_code == 302
        session = queries.sessions_of(rollout.pk).planned().get()
        assert "2h00" in pm.get(base + "reuniao/").content.decode()
        assert pm.post(f"{url}{session.pk}/cancelar/", {"reason": "Feriado"}).status_code == 302
        assert not queries.sessions_of(rollout.pk).planned()


class TestNonconformities:
    def test_the_page_has_its_whole_life(self, rollout, script, base, client_for):
        report(script, rollout, **FAILURE)
        nonconformity = rollout.nonconformities.get()
        nonconformities.mark_fixed(
            nonconformity, by=rollout.people["integrator"], fix_version="1.1", fix_note="Trocado"
        )
        nonconformities.reopen(nonconformity, by=rollout.people["client"], reason="Continua")
        nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.2")
        nonconformities.comment(nonconformity, by=rollout.people["integrator"], text="Qual o SKU?")
        page = client_for(rollout.people["platform"]).get(base + "nc/1/").content.decode()
        for text in ("1.1", "Trocado", "1.2", "Qual o SKU?", "Continua", "1 vez", "0h00"):
            assert text in page

    @pytest.mark.parametrize("who", ["client_member", "integrator", "platform", "analyst"])
    def test_everybody_takes_part_in_the_discussion(self, rollout, script, base, client_for, who):
        report(script, rollout, **FAILURE)
        client = client_for(rollout.people[who])
        assert client.post(base + "nc/1/mensagem/", {"text": " "}).status_code == 422
        assert client.post(base + "nc/1/mensagem/", {"text": "Olá"}).status_code == 302
        comment = rollout.nonconformities.get().comments.get()
        assert comment.party in rollout.roles_of(rollout.people[who])
        assert "Olá" not in str(rollout.events.get(kind="homologation.nonconformity_comment").data)

    def test_presence_settles_severity_owner_and_day(self, rollout, script, base, client_for):
        report(script, rollout, **FAILURE)
        data = {"severity": "minor", "owner": "platform", "due": "2030-01-01"}
        assert client_for(rollout.people["integrator"]).post(base + "nc/1/definir/", data).status_code == 403
        pm = client_for(rollout.people["pm"])
        assert pm.post(base + "nc/1/definir/", data | {"due": "2020-01-01"}).status_code == 422
        assert pm.post(base + "nc/1/definir/", data).status_code == 302
        nonconformity = rollout.nonconformities.get()
        assert (nonconformity.severity, nonconformity.owner) == ("minor", "platform")
        assert nonconformity.due.isoformat() == "2030-01-01"

    def test_the_list_is_filtered(self, rollout, script, base, client_for):
        report(script, rollout, **FAILURE)
        report(script, rollout, code="PED-02", **(FAILURE | {"owner": "client", "severity": "minor"}))
        client = client_for(rollout.people["pm"])

        def titles(**query):
            page = client.get(base + "nc/", query).content.decode()
            return [label for label in ("NC-1", "NC-2") if f">{label}<" in page]

        assert titles() == ["NC-1", "NC-2"]
        assert titles(owner="client") == ["NC-2"]
        assert titles(severity="blocking") == ["NC-1"]
        assert titles(state="fixed") == []
        assert titles(state="pending", owner="integrator") == ["NC-1"]


class TestTheReport:
    def test_it_names_parties_attendance_results_and_what_failed(self, rollout, script, session):
        AttendeeFactory(meeting=session, name="Maria da Loja")
        AbsenceFactory(meeting=session, reason="Sem agenda hoje")
        report(script, rollout, **FAILURE)
        passed = report(script, rollout, who="integrator", code="PED-02", machine="CI do conector")
        text = paper.html(rollout, script)
        expected = [
            rollout.company("client").legal_name, "Maria da Loja", "Sem agenda hoje", "Rodada 1: Falhou", "Sem imagem",
            "CI do conector", "NC-1", "Impeditiva", str(passed.by),
        ]  # fmt: skip
        for words in expected:
            assert words in text

    def test_a_machines_pass_says_who_confirmed_it(self, rollout, script):
        passed = report(script, rollout, who="integrator", machine="CI")
        assert "aguarda confirmação" in paper.html(rollout, script)
        actions.confirm_result(passed, by=rollout.people["client"])
        assert f"confirmado por {rollout.people['client']}" in paper.html(rollout, script)

    def test_evidence_is_shown_small_where_there_is_a_picture_of_it(self, rollout, script):
        result = report(script, rollout)
        out = io.BytesIO()
        Image.new("RGB", (1200, 900), "white").save(out, "PNG")
        drawn = PreviewFactory(picture=ContentFile(out.getvalue(), name="1.png"))
        broken = PreviewFactory()
        for file in (drawn.file, broken.file):
            EvidenceFactory(result=result, text="", file=file)
        content = paper.render(rollout, script)
        assert content.count(b"/DCTDecode") == 1
        assert len(content) < 60_000

    def test_whoever_sees_the_rollout_downloads_it(self, rollout, script, base, client_for):
        report(script, rollout)
        platform = client_for(rollout.people["platform"])
        platform.post(reverse("homologation:ask_report", args=[rollout.pk]))
        tasks.draw_waiting_reports()
        answer = platform.get(base + "relatorio.pdf")
        assert answer.getvalue().startswith(b"%PDF-1.7")
        assert answer["Content-Disposition"].startswith("attachment")
        assert client_for(rollout.people["stranger"]).get(base + "relatorio.pdf").status_code == 404


class TestSessionsAsRules:
    def present(self, rollout):
        return [("presence", rollout.people["analyst"]), ("client", rollout.people["client"]),
                ("integrator", rollout.people["integrator"])]  # fmt: skip

    def start(self, rollout, script, **fields):
        return sessions.start(script, by=rollout.people["analyst"], **{"present": self.present(rollout), **fields})

    def test_one_goes_on_at_a_time(self, rollout, script):
        self.start(rollout, script)
        with pytest.raises(Refusal, match="em andamento"):
            self.start(rollout, script)

    @pytest.mark.parametrize("missing", ["presence", "client", "integrator"])
    def test_each_of_the_three_is_there_or_absent_with_a_reason(self, rollout, script, missing):
        present = [row for row in self.present(rollout) if row[0] != missing]
        with pytest.raises(Invalid) as refusal:
            self.start(rollout, script, present=present)
        assert refusal.value.field == f"absent_{missing}"
        session = self.start(rollout, script, present=present, absent={missing: "Sem agenda"})
        assert [(row.party, row.reason) for row in session.absences.all()] == [(missing, "Sem agenda")]

    def test_somebody_by_name_stands_for_their_party(self, rollout, script):
        session = self.start(rollout, script, present=[*self.present(rollout)[:2], ("integrator", Guest(" Zé "))])
        assert str(session.attendees.get(person=None)) == "Zé"

    def test_a_person_of_another_party_is_refused(self, rollout, script):
        wrong = [("client", rollout.people["integrator"])]
        with pytest.raises(Invalid) as refusal:
            self.start(rollout, script, present=[*self.present(rollout), *wrong])
        assert refusal.value.field == "present"

    def test_it_needs_an_open_round(self, rollout, script):
        actions.close_round(script, by=rollout.people["pm"])
        with pytest.raises(Refusal, match="Abra a rodada"):
            self.start(rollout, script)

    def test_it_ends_once_and_no_name_stands_in_its_events(self, rollout, script):
        session = self.start(rollout, script)
        report(script, rollout)
        sessions.end(session, by=rollout.people["pm"])
        with pytest.raises(Refusal):
            sessions.end(session, by=rollout.people["pm"])
        events = rollout.events.filter(kind__startswith="meetings.")
        assert [event.kind.partition(".")[2] for event in events] == ["started", "ended"]
        assert events[1].data["results"] == 1
        assert not any(person.name in str(event.data) for event in events for person in rollout.people.values())


class TestWhoComesLater:
    def test_who_leads_puts_down_anybody_and_the_page_says_since_when(self, rollout, script, session, base, client_for):
        analyst = client_for(rollout.people["analyst"])
        url = f"/projetos/{rollout.pk}/reunioes/{session.pk}/presenca/"
        data = {"present": marks(rollout.people["client"]), "guests_integrator": "Zé"}
        assert analyst.post(url, data).status_code == 302
        assert [(row.party, str(row)) for row in session.attendees.all()] == [
            ("client", str(rollout.people["client"])), ("integrator", "Zé")
        ]  # fmt: skip
        assert all(row.arrived_at for row in session.attendees.all())
        assert "desde" in analyst.get(base + "reuniao/").content.decode()
        event = rollout.events.get(kind="meetings.joined")
        assert event.data == {"meeting": {"kind": "homologation", "number": session.number}, "people": 2}

    def test_anybody_puts_down_themself_and_nobody_else(self, rollout, script, session, base, client_for):
        url = f"/projetos/{rollout.pk}/reunioes/{session.pk}/presenca/"
        client, other = rollout.people["client"], rollout.people["integrator"]
        page = client_for(client)
        assert "Estou na reunião" in page.get(base + "reuniao/").content.decode()
        assert page.post(url, {"present": marks(other)}).status_code == 403
        assert page.post(url, {"guests_client": "Zé"}).status_code == 403
        assert page.post(url, {"myself": "1"}).status_code == 302
        assert session.attendees.get().person.user == client
        assert "Estou na reunião" not in page.get(base + "reuniao/").content.decode()

    def test_nobody_is_put_down_twice_and_nobody_at_all_is_asked_for(self, rollout, session, base, client_for):
        AttendeeFactory(meeting=session, party="client", user=rollout.people["client"])
        analyst = client_for(rollout.people["analyst"])
        for data in ({"present": marks(rollout.people["client"])}, {"guests_client": "  "}, {}):
            answer = analyst.post(f"/projetos/{rollout.pk}/reunioes/{session.pk}/presenca/", data)
            assert answer.status_code == 422
            assert "quem chegou" in answer.content.decode()
        assert session.attendees.count() == 1

    def test_a_session_that_is_over_takes_nobody(self, rollout, script, session, base, client_for):
        sessions.end(session, by=rollout.people["analyst"])
        mark = {"present": marks(rollout.people["client"])}
        answer = client_for(rollout.people["client"]).post(
            f"/projetos/{rollout.pk}/reunioes/{session.pk}/presenca/", mark
        )
        assert answer.status_code == 409
        assert "não está em andamento" in answer.content.decode()
        with pytest.raises(Refusal, match="não está em andamento"):
            attendance.join(session, by=rollout.people["client"], present=[("client", rollout.people["client"])])

    def test_who_came_later_is_proposed_the_time_from_then_on(self, rollout, script, session):
        analyst, pm = rollout.people["analyst"], rollout.people["pm"]
        AttendeeFactory(meeting=session, party="presence", user=analyst)
        AttendeeFactory(
            meeting=session, party="presence", user=pm, arrived_at=session.started_at + timedelta(minutes=40)
        )
        Meeting.objects.filter(pk=session.pk).update(state="held", ended_at=session.started_at + timedelta(minutes=90))
        assert [proposal.minutes for proposal in proposals.pending(analyst)] == [90]
        assert [proposal.minutes for proposal in proposals.pending(pm)] == [50]
