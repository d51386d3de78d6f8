"""The report of a homologation keeps within its pages, whatever was written as a result."""

import pytest

from apps.stages.homologation import dossier
from apps.stages.homologation.execution import report
from tests.files.factories import StoredFileFactory
from tests.homologation.conftest import with_a_round
from tests.homologation.factories import EvidenceFactory, NonconformityFactory, ResultFactory, RoundReportFactory
from tests.papers.corpus import TEXTS
from tests.papers.glyphs import misplaced, text_of
from tests.pdfa import faults

pytestmark = pytest.mark.django_db


def words(content: bytes) -> str:
    return " ".join(" ".join(text_of(content)).split())


def test_every_glyph_lies_within_the_margins_and_over_no_other():
    script = with_a_round()
    rollout, case, round = script.rollout, script.cases.first(), script.rounds.get()
    by = rollout.people["client"]
    for text in TEXTS.values():
        text = text.replace("\x00", "")
        line = " ".join(text.split("\n"))
        result = ResultFactory(round=round, case=case, by=by, note=text, machine=line[:40])
        EvidenceFactory(result=result, text=text)
        EvidenceFactory(result=result, text="", file=StoredFileFactory(name=line[:100]))
        NonconformityFactory(rollout=rollout, case=case, opened_by=by, title=line[:200])
        RoundReportFactory(round=round, by=by, title=line[:100])
    files = dict(dossier.files(rollout))
    assert any(name.startswith("homologacao/evidencias/") for name in files)
    for name in (f"homologacao/{rollout.code}-homologacao.pdf", "homologacao/evidencias.pdf"):
        assert misplaced(files[name]) == [], name
        assert faults(files[name]) == [], name


def test_it_says_the_verdict_the_environment_the_connector_and_the_sum():
    script = with_a_round()
    by = script.rollout.people["client"]
    assert "Em homologação. Casos obrigatórios resolvidos: 0 de 1." in words(report.render(script.rollout, script))
    ResultFactory(round=script.rounds.get(), case=script.cases.first(), by=by, version="1.4.2")
    text = words(report.render(script.rollout, script))
    assert "Homologado. " in text
    assert "Executados" in text
    assert "Presence API" in text
    assert "versão 1.4.2 (1 caso)" in text
    assert "Total" in text


def test_only_a_nonconformity_that_blocks_keeps_it_in_homologation():
    script = with_a_round()
    rollout, case, by = script.rollout, script.cases.first(), script.rollout.people["client"]
    ResultFactory(round=script.rounds.get(), case=case, by=by)
    NonconformityFactory(rollout=rollout, case=case, opened_by=by, severity="minor")
    html = report.html(rollout, script)
    assert "<strong>Homologado.</strong>" in html
    assert "Continua aberta, sem impedir o aceite: NC-1." in html
    NonconformityFactory(rollout=rollout, case=case, opened_by=by, severity="blocking")
    html = report.html(rollout, script)
    assert "<strong>Em homologação.</strong>" in html
    assert "e está aberta a impeditiva NC-2." in html
