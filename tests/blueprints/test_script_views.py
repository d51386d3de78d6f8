"""The draft of the script in the browser."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.blueprints.catalogues import toml
from apps.blueprints.editor import drafts
from apps.blueprints.editor import script_actions as actions
from apps.blueprints.models import Blueprint, ScriptDraft
from apps.companies.models import Role
from tests.blueprints.factories import ScriptVersionFactory, a_case, a_script
from tests.companies.factories import PresenceFactory, a_person

pytestmark = pytest.mark.django_db

TYPED = {
    "title_pt": "Caso PED-01", "title_en": "Case PED-01", "preconditions_pt": "x", "preconditions_en": "x",
    "step_1_pt": "Primeiro", "step_1_en": "First", "step_2_pt": "Segundo", "step_2_en": "Second",
    "expected_pt": "x", "expected_en": "x", "evidence_pt": "x", "evidence_en": "x",
    "actors": ["client"], "obligation": "mandatory",
}  # fmt: skip


def url(name, *args):
    return reverse(f"blueprints:{name}", args=args)


@pytest.fixture
def published():
    return ScriptVersionFactory(version=1)


@pytest.fixture
def draft(published, pm):
    return actions.start(by=pm)


def text(answer):
    return answer.content.decode()


def test_a_draft_is_begun_edited_reviewed_and_published(browser, managers, published):
    assert browser.post(url("start_draft")).url == url("draft")
    seen = drafts.fingerprint(ScriptDraft.objects.get().case("PED-01"))
    assert browser.post(url("case", "PED-01"), {**TYPED, "seen": seen}).url == f"{url('draft')}#PED-01"
    assert "mudou" in text(browser.get(url("draft")))
    review = text(managers.get(url("review")))
    assert "Segundo" in review
    published = managers.post(
        url("publish"), {"note": "Passos mais claros", "revision": ScriptDraft.objects.get().revision}
    )
    assert published.url == url("detail", "script", "default")
    page = text(managers.get(published.url))
    assert "Passos mais claros" in page
    assert "sem segunda leitura" not in page
    assert "Segundo" in text(managers.get(url("differences", 2)))


def test_steps_keep_the_order_in_which_they_were_sent_and_empty_rows_go(browser, draft):
    seen = drafts.fingerprint(draft.case("PED-01"))
    typed = {**TYPED, "step_1_pt": "", "step_1_en": "", "step_9_pt": "Último", "seen": seen}
    browser.post(url("case", "PED-01"), typed)
    steps = ScriptDraft.objects.get().case("PED-01")["steps"]
    assert steps == [{"pt": "Segundo", "en": "Second"}, {"pt": "Último", "en": ""}]


def test_what_was_typed_stays_when_it_is_refused(browser, draft):
    answer = browser.post(url("case", "PED-01"), {**TYPED, "title_pt": "", "expected_pt": "Não se perde", "seen": "x"})
    assert answer.status_code == 422
    assert "Não se perde" in text(answer)


def test_the_second_of_two_sees_what_the_first_saved_beside_what_they_typed(browser, managers, draft):
    seen = drafts.fingerprint(draft.case("PED-02"))
    managers.post(url("case", "PED-02"), {**TYPED, "title_pt": "Da gestora", "seen": seen})
    answer = browser.post(url("case", "PED-02"), {**TYPED, "title_pt": "Do gerente", "seen": seen})
    page = text(answer)
    assert answer.status_code == 409
    assert "Da gestora" in page
    assert "Do gerente" in page
    now = drafts.fingerprint(ScriptDraft.objects.get().case("PED-02"))
    assert f'value="{now}"' in page
    assert browser.post(url("case", "PED-02"), {**TYPED, "title_pt": "Do gerente", "seen": now}).status_code == 302


def test_a_case_is_added_moved_and_retired(browser, draft):
    browser.post(url("new_case", "PED"), {**TYPED, "title_pt": "Novo"})
    moved = browser.post(url("move_case"), {"up": "PED-03"})
    assert moved.url == f"{url('draft')}?moved=up-PED-03"
    page = text(browser.get(moved.url))
    assert page.index('id="PED-03"') < page.index('id="PED-02"')
    assert page.count("autofocus") == 1
    browser.post(url("retire", "PED-03"))
    assert ScriptDraft.objects.get().case("PED-03") is None
    assert browser.get(url("case", "PED-03")).status_code == 404
    assert "Códigos retirados" not in text(browser.get(url("draft")))  # No version ever had it.
    browser.post(url("retire", "PED-02"))
    assert "Códigos retirados" in text(browser.get(url("draft")))


def test_undoing_from_the_review_puts_the_published_case_back(browser, draft):
    browser.post(url("retire", "PED-02"))
    assert url("undo", "PED-02") in text(browser.get(url("review")))
    assert browser.post(url("undo", "PED-02")).url == url("review")
    assert "Nada difere" in text(browser.get(url("review")))


def test_the_review_lists_what_is_still_lacking(browser, managers, draft):
    seen = drafts.fingerprint(draft.case("PED-01"))
    browser.post(url("case", "PED-01"), {**TYPED, "title_en": "", "seen": seen})
    assert "PED-01: falta título em inglês." in text(browser.get(url("review")))
    answer = managers.post(url("publish"), {"note": "x", "revision": 2})
    assert answer.status_code == 409
    assert Blueprint.objects.count() == 1


def test_who_may_not_publish_is_told_who_does(browser, draft):
    assert "Quem publica é um gestor da Presence" in text(browser.get(url("review")))
    assert browser.post(url("publish"), {"note": "x", "revision": 1}).status_code == 403


def test_an_analyst_reads_the_draft_and_changes_nothing(client_for, draft):
    analyst = client_for(a_person(PresenceFactory(), Role.ANALYST))
    page = text(analyst.get(url("draft")))
    assert "PED-01" in page
    assert url("case", "PED-01") not in page
    for name in ("review", "conditions", "export_draft"):
        assert analyst.get(url(name)).status_code == 200
    for name, *args in [("case", "PED-01"), ("new_case", "PED"), ("new_condition",), ("process", "PED"), ("import",)]:
        assert analyst.get(url(name, *args)).status_code == 403
    for name, *args in [("discard",), ("retire", "PED-01"), ("move_case",), ("start_draft",), ("take", "PED-01")]:
        assert analyst.post(url(name, *args)).status_code == 403


def test_processes_and_conditions_are_edited(browser, draft):
    refused = browser.post(url("new_process"), {"key": "PED", "title_pt": "Outro"})
    assert refused.status_code == 422
    assert "Já há um processo com esta sigla" in text(refused)
    browser.post(url("new_process"), {"key": "exp", "title_pt": "Expedição", "title_en": "Shipping"})
    browser.post(url("process", "EXP"), {"title_pt": "Entrega", "title_en": "Delivery"})
    assert "Entrega" in text(browser.get(url("draft")))
    browser.post(url("move_process", "EXP"), {"up": "1"})
    browser.post(url("remove_process", "EXP"))
    assert "Entrega" not in text(browser.get(url("draft")))
    browser.post(url("new_condition"), {"title_pt": "Vende em marketplace", "platform_kind": ["marketplace", "hub"]})
    page = text(browser.get(url("conditions")))
    assert "Liga sozinha quando a plataforma é: marketplace, a plataforma é: hub de integração" in page
    browser.post(url("condition", "vende_em_marketplace"), {"title_pt": "Só por pessoa"})
    assert "Só por pessoa" in text(browser.get(url("conditions")))
    browser.post(url("remove_condition", "vende_em_marketplace"))
    assert "Só por pessoa" not in text(browser.get(url("conditions")))


def test_a_version_and_the_draft_are_exported_and_a_file_is_brought_in(browser, draft, published):
    answer = browser.get(url("export", 1))
    assert answer["Content-Disposition"] == 'attachment; filename="script-v1.toml"'
    assert toml.read(text(answer).encode()) == (1, published.content)
    assert toml.read(text(browser.get(url("export_draft"))).encode()) == (2, draft.content)
    busy = browser.post(url("import"), {"file": SimpleUploadedFile("x.toml", answer.content)})
    assert busy.status_code == 409
    browser.post(url("discard"))
    assert browser.get(url("draft")).status_code == 404
    wrong = browser.post(url("import"), {"file": SimpleUploadedFile("x.toml", b"version = 1")})
    assert wrong.status_code == 422
    assert browser.post(url("import"), {"file": SimpleUploadedFile("x.toml", answer.content)}).url == url("review")
    assert ScriptDraft.objects.get().content == published.content


def test_a_shipped_file_is_compared_and_taken_case_by_case(browser, managers, draft, published):
    drafts.discard(ScriptDraft, by=draft.changed_by)
    assert browser.get(url("shipped")).status_code == 404
    managers.post(url("start_draft"))
    seen = drafts.fingerprint(ScriptDraft.objects.get().case("PED-01"))
    managers.post(url("case", "PED-01"), {**TYPED, "seen": seen})
    managers.post(url("publish"), {"note": "x", "revision": 2})
    theirs = a_script(*published.content["cases"], a_case("PED-07"))
    ScriptVersionFactory(key=Blueprint.SHIPPED, version=2, content=theirs)
    page = text(browser.get(url("detail", "script", "default")))
    assert "O sistema trouxe a versão 2 do arquivo" in page
    assert url("take", "PED-07") not in text(browser.get(url("shipped")))
    browser.post(url("start_draft"))
    assert url("take", "PED-07") in text(browser.get(url("shipped")))
    browser.post(url("take", "PED-07"))
    assert ScriptDraft.objects.get().case("PED-07")
    assert "shipped" not in text(browser.get(url("list")))
