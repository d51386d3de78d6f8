"""The document: the same record the same bytes, the record inside, a code on each page, and what people typed is text."""

import io
import json
from datetime import timedelta

import jsonschema
import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from apps.core import canonical, clock
from apps.rollouts.models import Rollout
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import document, pages, rendering, schemas
from apps.stages.acceptance.wording import record
from apps.stages.homologation.models import Case, Reservation, Result, Round, Script
from presence_rollout.ops import bench_term
from tests.acceptance.factories import a_draft, opened
from tests.pdfa import faults

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert(1)</script><img src="file:///etc/passwd">{{ 7*7 }}{% now "Y" %}&amp;" onload="x" \u202e\u0000'


@pytest.fixture
def term():
    return a_draft()


def text_of(content: bytes) -> list[str]:
    """What each page says."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    finally:
        document.close()


def attached(content: bytes) -> dict:
    return json.loads(pages.attachments(PdfFileReader(io.BytesIO(content)))[document.ATTACHED])


def everywhere(value, text):
    """``value`` with ``text`` in place of every string that a person could have typed."""
    if isinstance(value, dict):
        return {key: each if key in KEPT else everywhere(each, text) for key, each in value.items()}
    if isinstance(value, list):
        return [everywhere(each, text) for each in value]
    return text if isinstance(value, str) else value


# Choices and dates, which nobody types freely.
KEPT = {"role", "party", "as", "owner", "activity", "deadline", "date", "held_on", "opened_on", "closed_on", "key"}


def a_full_record(term) -> dict:
    """A record with something in every place."""
    full = record.build(term.rollout)
    counts = {"passed": 1, "failed": 1, "blocked": 0, "not_applicable": 0}
    hours = {"included": 60, "billable": 5, "free": 0, "amount": 1000}
    return full | {
        "kickoff": {
            "held_on": "2026-01-02",
            "model": "x",
            "methods": [{"code": "x", "title": "x", "process": "x", "fields": 3}],
        },
        "connector": {"version": "x", "limitations": "x"},
        "training": [
            {
                "number": 1,
                "date": "2026-01-02",
                "minutes": 60,
                "topics": ["x"],
                "attendance": [{"name": "x", "company": "x", "position": "x"}],
            }
        ],
        "homologation": {
            "script": {"title": "x", "version": 1, "frozen_on": None},
            "rounds": [
                {
                    "number": 1,
                    "opened_on": "2026-01-02",
                    "closed_on": None,
                    "results": [{"process": "x", "title": "x", **counts}],
                }
            ],
            "processes": [{"key": "x", "title": "x", "cases": 2, "passed": 1, "reserved": 1, "not_run": 0}],
            "nonconformities": [
                {
                    "label": "NC-1",
                    "case": "x",
                    "title": "x",
                    "severity": "x",
                    "owner": "x",
                    "state": "x",
                    "fix_version": "x",
                }
            ],
            "reservations": [{"case": "x", "text": "x", "owner": "client", "deadline": "2026-01-02"}],
        },
        "waivers": [{"text": "x", "reason": "x", "by": "x"}],
        "hours": {"totals": hours, "activities": [{"activity": "training", **hours}]},
    }


class TestTheBytes:
    def test_the_same_record_gives_the_same_bytes_whoever_asks_and_when(self, term):
        first = rendering.pdf(term)
        again = AcceptanceTerm.objects.get(pk=term.pk)
        with clock.at(clock.now() + timedelta(days=400)), translation.override("en"), timezone.override("Asia/Tokyo"):
            assert rendering.pdf(again) == first

    def test_another_record_gives_other_bytes(self, term):
        first = rendering.pdf(term)
        term.record = {**term.record, "rollout": {**term.record["rollout"], "scope": "Outro"}}
        assert rendering.pdf(term) != first


class TestTheRecord:
    def test_what_is_attached_validates_and_equals_the_database(self, term):
        found = attached(rendering.pdf(term))
        jsonschema.Draft202012Validator(schemas.load(schemas.TERM)).validate(found)
        saved = AcceptanceTerm.objects.get(pk=term.pk)
        assert found["record"] == saved.record == record.build(Rollout.objects.get(pk=term.rollout_id))
        assert found["record_sha256"] == saved.record_sha256 == canonical.sha256(found["record"])
        assert found["verification"]["code"] == saved.code

    def test_a_record_with_something_in_every_place_validates_and_is_printed(self, term):
        term.record = a_full_record(term)
        term.record_sha256 = canonical.sha256(term.record)
        jsonschema.Draft202012Validator(schemas.load(schemas.TERM)).validate(document.attached(term))
        said = " ".join(text_of(rendering.pdf(term)))
        for text in ("Rodada 1", "Limitações conhecidas", "NC-1", "Prazo: 02/01/2026", "1h00", "R$ 10,00"):
            assert text in said

    def test_it_has_the_results_of_each_round_by_process(self, term):
        script = Script.objects.create(
            rollout=term.rollout,
            title={"pt": "Roteiro"},
            version=1,
            processes=[{"key": "orders", "title": {"pt": "Pedidos"}}],
        )
        case = Case.objects.create(script=script, code="PED-01", process="orders", title={"pt": "x"}, position=1)
        first = Round.objects.create(script=script, number=1)
        for outcome in ("failed", "passed"):
            Result.objects.create(round=first, case=case, outcome=outcome, note="x", by=term.rollout.people["analyst"])
        (found,) = record.build(term.rollout)["homologation"]["rounds"]
        assert found["results"] == [
            {"process": "orders", "title": "Pedidos", "passed": 1, "failed": 0, "blocked": 0, "not_applicable": 0}
        ]

    def test_it_names_the_project_manager_and_who_signs(self, term):
        assert {"name": str(term.rollout.people["pm"]), "party": "presence", "as": "project_manager"} in term.record[
            "people"
        ]
        signing = term.envelope["signatories"]
        assert {(row["role"], row["name"]) for row in signing} == {
            (row.role, row.name) for row in term.signatories.all()
        }


class TestThePages:
    def test_each_has_its_number_and_the_code(self, term):
        term.record = {**term.record, "clauses": term.record["clauses"] * 5}
        said = text_of(rendering.pdf(term))
        assert len(said) > 2
        for number, text in enumerate(said, start=1):
            assert f"{number}/{len(said)}" in text
            assert term.code in text

    def test_the_code_to_scan_leads_to_the_verification(self, term):
        """Modules of the picture, against those of a code made anew."""
        import segno

        url = document.verification_url(term.code)
        assert url.endswith(reverse("acceptance:verify", args=[term.code]))
        picture = segno.make(url, error="m", micro=False).svg_inline(border=0, omitsize=True)
        assert picture in rendering.html(term)

    def test_a_record_with_something_in_every_place_gives_an_archival_document(self, term):
        term.record = a_full_record(term)
        assert faults(rendering.pdf(term)) == []

    def test_the_document_is_tagged_and_says_its_language(self, term):
        root = PdfFileReader(io.BytesIO(rendering.pdf(term))).root
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "pt-BR"
        assert "/StructTreeRoot" in root


class TestWhatPeopleTyped:
    def test_is_text_in_every_field(self, term):
        term.record = everywhere(a_full_record(term), HOSTILE)
        html = rendering.html(term)
        assert "<script>" not in html
        assert "<img" not in html
        assert "{{ 7*7 }}" in html
        content = rendering.pdf(term)
        assert b"root:" not in content
        assert attached(content)["record"] == term.record

    @given(st.text(max_size=60))
    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_whatever_it_is_the_document_is_made_and_carries_it(self, term, text):
        term.record = everywhere(term.record, text)
        assert attached(rendering.pdf(term))["record"] == term.record


class TestThePreview:
    def test_it_is_what_the_document_will_say(self, term, client_for):
        browser = client_for(term.rollout.people["pm"])
        page = browser.get(reverse("acceptance:preview", args=[term.rollout_id])).content.decode()
        final = rendering.body(term.envelope, term.record)
        shared = final[final.index("<h2>As partes") : final.index("<h2>Assinaturas")]
        assert shared in page

    def test_it_is_for_who_drafts(self, term, client_for):
        for who, status in (("analyst", 403), ("client", 403), ("stranger", 404)):
            assert (
                client_for(term.rollout.people[who])
                .get(reverse("acceptance:preview", args=[term.rollout_id]))
                .status_code
                == status
            )


def test_the_large_term_of_the_bench_is_one_and_has_all_its_reservations(term):
    term.record = bench_term.record()
    term.record_sha256 = canonical.sha256(term.record)
    jsonschema.Draft202012Validator(schemas.load(schemas.TERM)).validate(document.attached(term))
    assert rendering.body(term.envelope, term.record).count("Responsável: Integrador") == 30


def test_a_withdrawn_reservation_is_not_in_the_record(term):
    script = Script.objects.create(rollout=term.rollout, title={"pt": "x"}, version=1, processes=[])
    case = Case.objects.create(script=script, code="PED-01", process="orders", title={"pt": "x"}, position=1)
    Reservation.objects.create(
        rollout=term.rollout, case=case, text="x", owner="client", deadline=clock.today(),
        proposed_by=term.rollout.people["pm"], proposed_party="presence", withdrawn_at=clock.now(),
    )  # fmt: skip
    assert record.build(term.rollout)["homologation"]["reservations"] == []


def test_who_opens_it_gets_the_same_document_that_was_hashed(term, client_for):
    ready = opened(term)
    browser = client_for(ready.rollout.people["client"])
    answer = browser.get(reverse("acceptance:pdf", args=[ready.rollout_id, 1]))
    assert b"".join(answer.streaming_content) == rendering.pdf(ready)
    assert answer["Content-Disposition"].startswith("attachment")
