"""The minutes: made from the worksheet, confirmed by the parties; and the worksheet as spreadsheet and JSON."""

import io
import json
import zipfile

import pypdfium2
import pytest
from django.urls import reverse

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core.process import Gate
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.meetings import actions as meetings
from apps.meetings import attendance
from apps.meetings.people import Guest
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.kickoff import actions, amendments, documents, queries
from apps.stages.kickoff.models import Minutes
from apps.stages.kickoff.tasks import render_waiting_minutes
from tests.kickoff.factories import MinutesFactory, RowFactory, published, write
from tests.pdfa import faults

pytestmark = pytest.mark.django_db

HOSTILE = '=HYPERLINK("http://x.example")<script>alert(1)</script><img src="file:///etc/passwd">'


def owed(rollout):
    found = gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.START_DEVELOPMENT)
    return {(need.key, need.owed_by) for need in found if "minutes" in need.key}


class TestConfirmation:
    def test_an_objection_is_presences_to_answer_with_another_version(self, rollout, kickoff):
        first = published(kickoff)
        actions.answer_minutes(first, by=rollout.people["integrator"], party="integrator", agrees=True)
        actions.answer_minutes(first, by=rollout.people["client"], party="client", agrees=False, reason="Falta o Pix")
        assert owed(rollout) == {("kickoff:minutes_answer:client", "presence")}
        second = actions.publish_minutes(kickoff, by=rollout.people["pm"], minutes="Com o Pix.")
        assert second.number == 2
        assert owed(rollout) == {
            ("kickoff:minutes_answer:client", "client"), ("kickoff:minutes_answer:integrator", "integrator"),
        }  # fmt: skip

    def test_who_published_and_who_answered_are_called_as_they_were_then(self, rollout, kickoff, client_for):
        minutes, people = published(kickoff), rollout.people
        actions.answer_minutes(minutes, by=people["client"], party="client", agrees=True)
        names = [people["pm"].name, people["client"].name]
        User.objects.filter(pk__in=[people["pm"].pk, people["client"].pk]).update(name="Nome de casada")
        room = reverse("kickoff:room", args=[rollout.pk])
        page = client_for(people["integrator"]).get(room).content.decode()
        for name in names:
            assert name in page
        personal_data.erase(people["client"])
        assert minutes.answers.get().name == ""
        assert names[1] not in client_for(people["integrator"]).get(room).content.decode()

    def test_a_version_that_was_left_behind_takes_no_answer(self, rollout, kickoff):
        first = published(kickoff)
        actions.note_agenda(kickoff.agenda.get(), by=rollout.people["pm"], notes="Depois da ata")
        with pytest.raises(Refusal, match="substituída"):
            actions.answer_minutes(first, by=rollout.people["client"], party="client", agrees=True)

    def test_who_was_there_is_part_of_the_minutes(self, rollout, kickoff):
        published(kickoff)
        pm, meeting = rollout.people["pm"], queries.held_meeting(rollout)
        meetings.invite(meeting, by=pm, present=[("integrator", Guest("Rita"))])
        assert queries.minutes_in_force(rollout) is None
        actions.publish_minutes(kickoff, by=rollout.people["pm"], minutes="Com a Rita.")
        there = [(row.party, row) for row in meeting.attendees.all()]
        attendance.record(
            rollout, "kickoff", by=pm, meeting=meeting, started_at=rollout.started_at, minutes=60, present=there
        )
        assert queries.minutes_in_force(rollout) is None

    def test_an_objection_says_why(self, rollout, kickoff):
        with pytest.raises(Invalid):
            actions.answer_minutes(
                published(kickoff), by=rollout.people["client"], party="client", agrees=False, reason=" "
            )

    @pytest.mark.parametrize(("who", "party"), [("client", "integrator"), ("pm", "client"), ("stranger", "client")])
    def test_nobody_answers_for_another_party(self, rollout, kickoff, who, party):
        with pytest.raises(NotAllowed):
            actions.answer_minutes(published(kickoff), by=rollout.people[who], party=party, agrees=True)

    def test_the_client_confirms_from_the_first_page(self, rollout, kickoff, client_for):
        minutes = published(kickoff)
        browser = client_for(rollout.people["client"])
        url = reverse("portal:matter", args=[rollout.pk, "kickoff:minutes_answer:client"])
        assert browser.get(url).status_code == 200
        assert browser.post(url, {"answer": "no", "reason": ""}).status_code == 422
        assert browser.post(url, {"answer": "yes"}).status_code == 302
        assert minutes.answers.get().party == "client"

    def test_the_platform_may_confirm_and_no_gate_waits_for_it(self, rollout, kickoff, client_for):
        minutes = published(kickoff)
        assert "platform" not in {by for _key, by in owed(rollout)}
        url = reverse("kickoff:answer", args=[rollout.pk, minutes.number, "platform"])
        assert client_for(rollout.people["platform"]).post(url, {"answer": "yes"}).status_code == 302
        assert minutes.answers.get().party == "platform"


class TestTheDocument:
    def test_a_worker_makes_the_pdf_once_and_everybody_of_the_rollout_gets_it(self, rollout, kickoff, client_for):
        minutes = published(kickoff)
        url = reverse("kickoff:minutes_pdf", args=[rollout.pk, minutes.number])
        assert client_for(rollout.people["client"]).get(url).status_code == 409
        render_waiting_minutes()
        actions.render_minutes(minutes.pk)
        content = b"".join(client_for(rollout.people["client"]).get(url).streaming_content)
        text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
        assert "Combinamos tudo." in text
        assert "skuId" in text
        assert faults(content) == []
        assert client_for(rollout.people["stranger"]).get(url).status_code == 404

    def test_the_preview_says_what_the_pdf_will_and_publishes_nothing(self, rollout, kickoff, client_for):
        published(kickoff)
        actions.note_agenda(kickoff.agenda.get(), by=rollout.people["pm"], notes="Depois da ata")
        write(kickoff, rollout.people["client"], {"rule": "<b>sem ponto</b>"}, sheet="fields")
        url = reverse("kickoff:preview", args=[rollout.pk])
        browser = client_for(rollout.people["pm"])
        page = browser.post(url, {"minutes": "Texto novo."}).content.decode()
        assert kickoff.published.count() == 1
        final = actions.publish_minutes(kickoff, by=rollout.people["pm"], minutes="Texto novo.")
        body = documents.minutes_body(Minutes.objects.get(pk=final.pk))
        assert "&lt;b&gt;sem ponto&lt;/b&gt;" in body
        assert body in page
        assert body in documents.minutes_html(final)
        empty = browser.post(url, {"minutes": " "})
        assert empty.status_code == 422
        assert client_for(rollout.people["client"]).post(url, {"minutes": "x"}).status_code == 403

    def test_the_way_back_from_the_preview_keeps_the_text(self, rollout, kickoff, client_for):
        browser, url = client_for(rollout.people["pm"]), reverse("kickoff:preview", args=[rollout.pk])
        preview = browser.post(url, {"minutes": "Texto longo."}).content.decode()
        assert 'name="edit"' in preview
        assert "Texto longo.</textarea>" in preview
        back = browser.post(url, {"minutes": "Texto longo.", "edit": "on"})
        assert back.status_code == 200
        assert back.context["minutes_form"]["minutes"].value() == "Texto longo."
        assert client_for(rollout.people["client"]).post(url, {"minutes": "x", "edit": "on"}).status_code == 403
        assert not kickoff.published.exists()

    def test_a_published_version_is_read_on_a_page_too(self, rollout, kickoff, client_for):
        minutes = published(kickoff)
        url = reverse("kickoff:minutes", args=[rollout.pk, minutes.number])
        assert documents.minutes_body(minutes) in client_for(rollout.people["client"]).get(url).content.decode()
        assert client_for(rollout.people["stranger"]).get(url).status_code == 404

    def test_what_was_published_stays_when_the_worksheet_goes_on(self, rollout, kickoff):
        minutes = published(kickoff)
        write(kickoff, rollout.people["client"], {"platform_field": "outro"}, sheet="fields")
        amendments.answer(kickoff, by=rollout.people["pm"], numbers=[1], accepts=True)
        assert kickoff.rows.filter(sheet="fields").first().cell("platform_field") == "outro"
        html = documents.minutes_html(Minutes.objects.get(pk=minutes.pk))
        assert "skuId" in html
        assert "outro" not in html

    def test_the_record_is_attached_to_the_pdf(self, rollout, kickoff):
        minutes = published(kickoff)
        actions.render_minutes(minutes.pk)
        minutes.refresh_from_db()
        with minutes.pdf.content.open("rb") as stored:
            attached = pypdfium2.PdfDocument(stored.read()).get_attachment(0)
        assert json.loads(bytes(attached.get_data())) == minutes.snapshot

    def test_html_in_a_cell_is_text(self, rollout, kickoff):
        RowFactory(kickoff=kickoff, cells={"note": HOSTILE})
        minutes = published(kickoff)
        assert "&lt;script&gt;" in documents.minutes_html(minutes)
        actions.render_minutes(minutes.pk)
        assert Minutes.objects.get(pk=minutes.pk).pdf is not None

    def test_minutes_from_before_there_were_worksheets_wait_for_no_pdf(self, kickoff):
        MinutesFactory(kickoff=kickoff)
        assert queries.minutes_without_pdf() == []


class TestExports:
    def test_the_json_says_what_the_worksheet_says(self, rollout, kickoff, client_for):
        published(kickoff)
        RowFactory(kickoff=kickoff, sheet="actions", cells={"text": "Liberar o IP", "party": "client", "done": "1"})
        write(kickoff, rollout.people["client"], {"question": "Com dígito?"}, sheet="fields", key="quantidade")
        answer = client_for(rollout.people["integrator"]).get(reverse("kickoff:json", args=[rollout.pk]))
        told = json.loads(answer.content)
        assert (told["format"], told["version"]) == ("presence-rollout/integration-worksheet", 1)
        fields = told["methods"][0]["fields"]
        assert [(field["presence_field"], field["platform_field"]) for field in fields] == [
            ("sku", "skuId"), ("quantidade", ""),
        ]  # fmt: skip
        assert told["actions"] == [{"text": "Liberar o IP", "party": "client", "due": "", "done": True}]
        assert told["open_questions"][0]["question"] == "Com dígito?"
        assert "attachment" in answer["Content-Disposition"]

    def test_the_spreadsheet_holds_every_part_and_no_formula(self, rollout, kickoff, client_for):
        published(kickoff)
        RowFactory(kickoff=kickoff, cells={"platform_code": HOSTILE})
        answer = client_for(rollout.people["client"]).get(reverse("kickoff:xlsx", args=[rollout.pk]))
        book = zipfile.ZipFile(io.BytesIO(answer.content))
        names = book.read("xl/workbook.xml").decode()
        for title in ("Resumo", "Campos", "Situações do pedido", "Pagamentos", "Transportadoras", "Decisões", "Ações"):
            assert title in names
        assert "=HYPERLINK" in book.read("xl/sharedStrings.xml").decode()
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
