"""The report on paper: an archival document, with a picture of what proves a result."""

import io

import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from apps.core import clock
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.stages.homologation import tasks
from apps.stages.homologation.execution import report, report_actions
from apps.stages.homologation.models import Report, Script
from tests.files.factories import PreviewFactory, StoredFileFactory
from tests.homologation.factories import EvidenceFactory, ResultFactory
from tests.pdfa import faults
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


def a_picture() -> ContentFile:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(out, "PNG")
    return ContentFile(out.getvalue(), name="1.png")


def test_with_pictures_it_is_an_archival_document_and_the_same_at_the_same_moment(rollout, script):
    by = rollout.people["client"]
    result = ResultFactory(round=script.rounds.get(), case=script.cases.first(), by=by)
    EvidenceFactory(result=result, text="", file=PreviewFactory(picture=a_picture()).file)
    with clock.at(clock.now()):
        content, again = report.render(rollout, script), report.render(rollout, script)
    assert faults(content) == []
    assert content == again
    (page, *_others) = pypdfium2.PdfDocument(content)
    assert [page_object.type for page_object in page.get_objects()].count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE) == 1


class TestTheReportThatAWorkerDraws:
    @pytest.fixture(autouse=True)
    def quick_document(self, monkeypatch):
        monkeypatch.setattr(report, "render", lambda rollout, script: f"%PDF-1.7 {rollout.version}".encode())

    def page(self, client_for, rollout):
        return client_for(rollout.people["client"]).get(reverse("homologation:room", args=[rollout.pk]))

    def test_it_is_asked_for_drawn_and_downloaded(self, rollout, script, client_for):
        browser = client_for(rollout.people["client"])
        room, file = (reverse(f"homologation:{name}", args=[rollout.pk]) for name in ("room", "report"))
        assert browser.get(file).url == f"{room}#relatorio"
        assert browser.post(reverse("homologation:ask_report", args=[rollout.pk])).url == f"{room}#relatorio"
        assert "gerando o relatório" in browser.get(room).content.decode()
        panel = reverse("homologation:ask_report", args=[rollout.pk])
        assert browser.get(panel).url == f"{room}#relatorio"

        def fragment():
            return browser.get(panel, headers={"HX-Request": "true"}).content.decode()

        assert f'hx-get="{panel}"' in fragment()
        tasks.draw_waiting_reports()
        assert [file in fragment(), "hx-get" in fragment()] == [True, False]
        assert "Relatório em PDF" in browser.get(room).content.decode()
        assert browser.get(file).getvalue() == f"%PDF-1.7 {Rollout.objects.get().version}".encode()
        assert report_actions.waiting() == []

    def test_it_waits_for_the_pictures_of_what_was_attached_but_not_for_ever(self, rollout, script):
        result = ResultFactory(round=script.rounds.get(), case=script.cases.first(), by=rollout.people["client"])
        evidence = EvidenceFactory(result=result, text="", file=StoredFileFactory(drawn=StoredFile.Drawn.WAITING))
        asked = report_actions.ask(script)
        report_actions.draw(asked.pk)
        assert Report.objects.get().pdf is None
        with clock.at(clock.now() + report_actions.PATIENCE):
            assert report_actions.waiting() == [asked.pk]
        StoredFile.objects.filter(pk=evidence.file_id).update(drawn=StoredFile.Drawn.READY)
        report_actions.draw(asked.pk)
        assert Report.objects.get().pdf is not None

    def test_one_that_is_asked_for_again_is_another_once_something_happened(self, rollout, script, client_for):
        asked = report_actions.ask(script)
        report_actions.draw(asked.pk)
        first = Report.objects.get().pdf
        assert report_actions.ask(script).pdf == first
        assert "Gerar o relatório de novo" not in self.page(client_for, rollout).content.decode()
        version = Rollout.objects.get().version + 1
        Rollout.objects.update(version=version)
        assert "Gerar o relatório de novo" in self.page(client_for, rollout).content.decode()
        report_actions.ask(Script.objects.get())
        report_actions.draw(asked.pk)
        drawn = Report.objects.get()
        assert (drawn.version, drawn.pdf == first) == (version, False)
        assert not StoredFile.objects.filter(pk=first.pk).exists()

    def test_nobody_else_asks_for_it(self, rollout, script, client_for):
        answer = client_for(RolloutFactory().people["client"]).post(
            reverse("homologation:ask_report", args=[rollout.pk])
        )
        assert (answer.status_code, Report.objects.count()) == (404, 0)
