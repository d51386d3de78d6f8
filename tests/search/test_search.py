"""The search over everything: what each person finds, however they spell it, and nothing that they may not see."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation

from apps.core.localized import Localized
from apps.prerequisites.models import Submission, SubmissionFile
from apps.search import commands, queries
from apps.vault import actions as vault
from tests import read_model
from tests.access.queries import counted
from tests.companies.factories import CompanyFactory, PersonFactory
from tests.files.factories import StoredFileFactory
from tests.homologation.factories import (
    EvidenceFactory,
    NonconformityCommentFactory,
    NonconformityFactory,
    ResultFactory,
)
from tests.homologation.test_homologation import make_script
from tests.hours.factories import TimeEntryFactory
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import OpenRequirementFactory, RolloutFactory

pytestmark = pytest.mark.django_db

PARTIES = ("pm", "client", "client_member", "integrator", "platform")


@pytest.fixture
def rollout():
    return RolloutFactory(client=CompanyFactory(kind="client", trade_name="Água & Cia", legal_name="Aquática Ltda."))


@pytest.fixture
def elsewhere():
    """A project of other companies."""
    return RolloutFactory()


def found(user, text):
    """What ``user`` finds, as the titles by the kind."""
    answer = queries.find(user, text)
    return {group.source.key: [hit.title for hit, _rollout in group.hits] for group in answer.groups}


def a_document(rollout, name, by):
    submission = Submission.objects.create(
        prerequisite=PrerequisiteFactory(rollout=rollout), number=1, submitted_by=by, text="segredo digitado"
    )
    return SubmissionFile.objects.create(submission=submission, file=StoredFileFactory(name=name), position=1)


def a_nonconformity(rollout, **fields):
    script = make_script(rollout)
    return NonconformityFactory(
        rollout=rollout, case=script.cases.first(), opened_by=rollout.people["analyst"], **fields
    )


def everything(rollout, word):
    """One row of each kind in which ``word`` stands; what is found of it, by the kind."""
    analyst = rollout.people["analyst"]
    nonconformity = a_nonconformity(rollout, title=f"Falha de {word}")
    case = nonconformity.case
    case.title = Localized(pt=f"Caso de {word}", en="Case")
    case.save()
    NonconformityCommentFactory(nonconformity=nonconformity, author=analyst, text=f"Sobre {word}")
    TimeEntryFactory(rollout=rollout, note=f"Apoio com {word}")
    OpenRequirementFactory(rollout=rollout, text=Localized(pt=f"Entregar {word}", en="Deliver"))
    a_document(rollout, f"tabela_{word}.xlsx", rollout.people["client"])
    result = ResultFactory(round=case.script.rounds.create(number=1), case=case, by=analyst)
    EvidenceFactory(result=result, text="", file=StoredFileFactory(name=f"{word}.png"))
    return {"requirements", "cases", "nonconformities", "comments", "time_entries", "documents", "evidence"}


class TestWhatIsFound:
    @pytest.mark.parametrize("person", PARTIES)
    def test_each_party_finds_every_kind_of_thing_in_its_project(self, rollout, person):
        kinds = everything(rollout, "marfim")
        assert set(found(rollout.people[person], "marfim")) == kinds

    @pytest.mark.parametrize("person", ["client", "client_member", "integrator", "platform"])
    def test_nobody_finds_anything_of_a_project_that_they_do_not_see(self, rollout, elsewhere, person):
        everything(rollout, "marfim")
        stranger = elsewhere.people[person]
        for text in ("marfim", "água", "marfin", rollout.code, f"{rollout.code} marfim", str(rollout.pk)):
            for titles in found(stranger, text).values():
                assert not any("marfim" in title or "Água" in title for title in titles), text

    def test_who_sees_a_project_as_a_party_finds_what_is_of_that_project_alone(self, rollout, elsewhere, client_for):
        everything(elsewhere, "marfim")
        browser = client_for(rollout.people["manager"])
        address = reverse("search:search") + "?q=marfim"
        assert browser.get(address).context["answer"].groups
        browser.post(reverse("portal:view_as", args=[rollout.pk]), {"role": "client"})
        assert not browser.get(address).context["answer"].groups

    def test_what_was_typed_into_a_delivery_and_what_is_in_the_vault_is_never_found(self, rollout):
        document = a_document(rollout, "api.pdf", rollout.people["client"])
        document.submission.secrets.add(vault.seal("segredo", field="segredo"))
        for person in PARTIES:
            assert found(rollout.people[person], "segredo") == {}

    def test_a_deleted_entry_is_not_found(self, rollout):
        TimeEntryFactory(rollout=rollout, note="Marfim", deleted_at=rollout.started_at)
        assert found(rollout.people["pm"], "marfim") == {}

    def test_somebody_of_the_own_company_is_found_and_somebody_of_another_is_not(self, rollout, elsewhere):
        PersonFactory(company=rollout.company("client"), name="Zuleica Marfim")
        assert found(rollout.people["client"], "zuleica") == {"people": ["Zuleica Marfim · Água & Cia"]}
        assert found(rollout.people["integrator"], "zuleica") == {}
        assert found(elsewhere.people["client"], "zuleica") == {}
        assert found(rollout.people["pm"], "ZULEICA marf") == {"people": ["Zuleica Marfim · Água & Cia"]}


class TestHowItIsSpelt:
    @pytest.mark.parametrize("text", ["agua", "ÁGUA & cia", "  Agua   Cia ", "aquatica"])
    def test_accents_capitals_and_blanks_do_not_matter(self, rollout, text):
        answer = queries.find(rollout.people["pm"], text)
        assert [group.source.key for group in answer.groups] == ["projects", "companies"]
        assert not answer.is_guess

    @pytest.mark.parametrize("text", ["aquaticca", "aqatica"])
    def test_a_mistyped_name_is_guessed_where_nothing_is_called_so(self, rollout, text):
        answer = queries.find(rollout.people["pm"], text)
        assert answer.is_guess
        assert {"projects", "companies"} == {group.source.key for group in answer.groups}

    @pytest.mark.parametrize("text", ["integrações", "integracao", "integraç"])
    def test_texts_are_found_by_the_stems_of_their_words_and_by_the_beginning_of_the_last(self, rollout, text):
        TimeEntryFactory(rollout=rollout, note="Ajuste da integração com o hub")
        assert found(rollout.people["pm"], f"ajuste {text}") == {"time_entries": ["Ajuste da integração com o hub"]}

    def test_titles_are_in_the_readers_language_and_found_in_both(self, rollout):
        OpenRequirementFactory(rollout=rollout, text=Localized(pt="Entregar a planilha", en="Deliver the sheet"))
        for text in ("planilha", "sheet"):
            assert found(rollout.people["client"], text) == {"requirements": ["Entregar a planilha"]}
            with translation.override("en"):
                assert found(rollout.people["client"], text) == {"requirements": ["Deliver the sheet"]}

    @pytest.mark.parametrize("text", ["", " ", "x", "é", "%", "_", "'", "\\", "!", "& |", ":*", "a\0", "<>"])
    def test_what_is_no_word_finds_nothing(self, rollout, text):
        assert found(rollout.people["pm"], text) == {}

    @pytest.mark.parametrize("text", ["marfim & !", "marfim:*", "marfim | x", "(marfim", "marfim'", "'m' marfim"])
    def test_signs_of_a_query_language_are_no_orders(self, rollout, text, client_for):
        TimeEntryFactory(rollout=rollout, note="Marfim")
        answer = client_for(rollout.people["pm"]).get(reverse("search:search"), {"q": text})
        assert answer.status_code == 200

    def test_a_very_long_text_is_cut(self, rollout, client_for):
        answer = client_for(rollout.people["pm"]).get(reverse("search:search"), {"q": "marfim " * 5_000})
        assert answer.status_code == 200


class TestWithinOneProject:
    def test_its_code_in_the_text_leaves_the_hits_of_that_project(self, rollout, elsewhere):
        for other in (rollout, elsewhere):
            TimeEntryFactory(rollout=other, note="Marfim")
        answer = queries.find(rollout.people["pm"], f"{elsewhere.code} marfim")
        hits = {group.source.key: [row for _hit, row in group.hits] for group in answer.groups}
        assert hits == {"projects": [elsewhere], "time_entries": [elsewhere]}

    @pytest.mark.parametrize("text", ["{code}", "{number}", "int-{number}"])
    def test_the_code_or_the_number_alone_finds_the_project(self, rollout, text):
        text = text.format(code=rollout.code, number=rollout.pk)
        answer = queries.find(rollout.people["pm"], text)
        projects = next(group for group in answer.groups if group.source.key == "projects")
        assert [row for _hit, row in projects.hits] == [rollout]

    def test_cases_of_an_old_project_are_found_by_its_code_alone(self, rollout, elsewhere, monkeypatch):
        monkeypatch.setattr("apps.stages.homologation.search.MOST_PROJECTS_WITH_CASES", 1)
        for other in (rollout, elsewhere):
            case = make_script(other).cases.first()
            case.title = Localized(pt="Marfim", en="Ivory")
            case.save()
        manager = rollout.people["manager"]
        (group,) = queries.find(manager, "marfim").groups
        assert [row for _hit, row in group.hits] == [elsewhere]
        group = queries.find(manager, f"{rollout.code} marfim").groups[-1]
        assert [row for _hit, row in group.hits] == [rollout]


class TestThePage:
    def test_every_hit_leads_to_a_page_that_the_reader_may_open(self, rollout, client_for):
        everything(rollout, "marfim")
        PersonFactory(company=rollout.company("client"), name="Ana Marfim")
        for person in PARTIES:
            browser = client_for(rollout.people[person])
            for text in ("marfim", "água"):
                for group in browser.get(reverse("search:search"), {"q": text}).context["answer"].groups:
                    for hit, _rollout in group.hits:
                        if group.source.key != "requirements":  # The factory's row leads nowhere.
                            assert browser.get(group.source.url(hit), follow=True).status_code == 200, group.source.key

    def test_the_palette_is_given_the_results_alone(self, rollout, client_for):
        browser = client_for(rollout.people["pm"])
        page = browser.get(reverse("search:search"), {"q": "água"})
        part = browser.get(
            reverse("search:search"), {"q": "água"}, headers={"HX-Request": "true", "HX-Target": "palette-results"}
        )
        assert b"<html" in page.content
        assert b"<html" not in part.content
        assert "Água &amp; Cia" in part.content.decode()

    def test_it_asks_the_same_of_the_database_for_ten_times_the_rows(self, rollout, client_for):
        everything(rollout, "marfim")
        browser = client_for(rollout.people["pm"])
        browser.get("/empresas/")

        def asked():
            read_model.follow()  # What the factories wrote is no page's work.
            with counted() as statements:
                browser.get(reverse("search:search"), {"q": "marfim"})
            return len(statements)

        before = asked()
        for _number in range(9):
            everything(RolloutFactory(), "marfim")
        assert asked() == before <= 15


class TestCommands:
    def labels(self, user, text=""):
        return [str(command.label) for command in commands.offered(user, text)]

    def test_they_are_found_by_the_beginnings_of_their_words_and_by_what_people_call_them(self, rollout):
        pm = rollout.people["pm"]
        assert self.labels(pm, "nov proj") == ["Novo projeto"]
        assert self.labels(pm, "GANTT") == ["Linha do tempo"]
        assert self.labels(pm, "aparencia esc") == ["Aparência escura"]

    def test_only_what_the_person_may_do_is_offered(self, rollout):
        assert "Novo projeto" not in self.labels(rollout.people["client"])
        assert "Estado do sistema" not in self.labels(rollout.people["pm"])
        assert "Estado do sistema" in self.labels(rollout.people["manager"])

    @pytest.mark.parametrize("person", ["manager", "pm", "analyst", "client", "integrator", "platform"])
    def test_each_that_is_offered_opens(self, rollout, client_for, person):
        browser = client_for(rollout.people[person])
        for command in commands.offered(rollout.people[person], ""):
            assert command.theme or browser.get(command.url, follow=True).status_code == 200, command.label


@pytest.mark.parametrize(
    ("source", "indexes"),
    [
        ("projects", {"company_trade_name_words", "company_legal_name_words"}),
        ("people", {"person_name_words", "user_name_words"}),
        ("requirements", {"open_requirement_words"}),
        ("nonconformities", {"nonconformity_words"}),
        ("comments", {"nonconformity_comment_words"}),
        ("time_entries", {"time_entry_words"}),
        ("documents", {"file_name_words"}),
        ("evidence", {"file_name_words"}),
    ],
)
def test_each_kind_is_found_by_its_index(rollout, source, indexes):
    """A query and its index must name the same expression to the letter. Few rows would be read one after the other, so that
    is forbidden here."""
    rows = next(found for found in queries.sources() if found.key == source)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        plan = rows.hits(rows.rows_with(rollout.people["pm"], "marfim", None)).explain()
    assert {index for index in indexes if index in plan} == indexes, plan
