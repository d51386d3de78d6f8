"""The report on paper: an archival document, with a picture of what proves a result."""

import io

import pypdfium2
import pytest
from django.core.files.base import ContentFile
from PIL import Image

from apps.core import clock
from apps.stages.homologation.execution import report
from tests.files.factories import PreviewFactory
from tests.homologation.factories import EvidenceFactory, ResultFactory
from tests.pdfa import faults

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
