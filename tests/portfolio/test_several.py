"""What is done with several projects that were marked on the list."""

from datetime import date

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.process import Stage
from apps.portfolio.projects import several_views
from apps.rollouts import planning
from apps.rollouts.models import Rollout
from tests import read_model
from tests.access.queries import counted
from tests.rollouts.factories import at_stage, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollouts():
    with clock.at(clock.instant_of(date(2026, 8, 3))):
        return [planned(), planned(), at_stage(planned(), Stage.COMPLETED)]


@pytest.fixture
def browser(rollouts, client_for):
    return client_for(rollouts[0].people["pm"])


def address(key, rollouts, more=""):
    return reverse("portfolio:several", args=[key]) + "?" + "&".join(f"rollout={row.pk}" for row in rollouts) + more


def shown(answer, rollouts, name):
    return [rollouts.index(line.rollout) for line in answer.context[name]]


class TestThePage:
    @pytest.mark.parametrize("key", ["passar", "deslocar"])
    def test_it_names_the_projects_and_those_that_stay_as_they_are(self, browser, rollouts, key):
        answer = browser.get(address(key, rollouts))
        assert shown(answer, rollouts, "lines") == [0, 1]
        assert shown(answer, rollouts, "left_out") == [2]
        assert "está encerrado" in answer.content.decode()

    def test_without_a_project_it_leads_back_to_the_list_and_its_filters(self, browser):
        answer = browser.get(reverse("portfolio:several", args=["passar"]) + "?rollout=x&rollout=999999&stage=kickoff")
        assert answer.url == reverse("portfolio:list") + "?stage=kickoff"

    def test_too_many_are_refused(self, browser, rollouts, monkeypatch):
        monkeypatch.setattr(several_views, "MOST_PROJECTS", 2)
        answer = browser.get(address("passar", rollouts))
        assert answer.status_code == 409
        assert "até 2 projetos" in answer.content.decode()

    def test_what_there_is_not_is_not_found(self, browser, rollouts):
        assert browser.get(address("outra-coisa", rollouts)).status_code == 404

    @pytest.mark.parametrize("key", ["lembrar", "passar", "deslocar"])
    @pytest.mark.parametrize("person", ["analyst", "client", "client_member", "integrator", "platform"])
    def test_it_is_of_presences_project_managers(self, rollouts, client_for, key, person):
        for method in ("get", "post"):
            answer = getattr(client_for(rollouts[0].people[person]), method)(address(key, rollouts))
            assert answer.status_code == 403


class TestDoing:
    def test_plans_are_shifted_and_the_list_comes_back_with_its_filters(self, browser, rollouts):
        with clock.at(clock.instant_of(date(2026, 8, 4))):
            answer = browser.post(
                address("deslocar", rollouts, "&stage=kickoff"),
                {"business_days": "5", "reason": "Feriado"},
                follow=True,
            )
        assert answer.redirect_chain[-1][0] == reverse("portfolio:list") + "?stage=kickoff"
        assert "2 planos mudaram." in answer.content.decode()
        for rollout in rollouts[:2]:
            assert planning.starts(Rollout.objects.get(pk=rollout.pk))["development"] == date(2026, 8, 24)

    def test_a_refusal_leaves_what_was_typed(self, browser, rollouts):
        answer = browser.post(address("deslocar", rollouts), {"business_days": "-99", "reason": "Antes"})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert rollouts[0].code in page
        assert "Antes</textarea>" in page

    @pytest.mark.parametrize("days", ["", "x", "261", "-261", "0", "1e9", "١"])
    def test_days_that_mean_nothing_are_refused(self, browser, rollouts, days):
        answer = browser.post(address("deslocar", rollouts), {"business_days": days, "reason": ""})
        assert answer.status_code == 422

    def test_who_is_overtaken_is_told_once_and_what_was_typed_is_kept(self, browser, rollouts, client_for):
        with clock.at(clock.instant_of(date(2026, 8, 4))):
            seen = browser.get(address("deslocar", rollouts)).context["form"].shown_values.fingerprint
            planning.shift_several(rollouts[:1], by=rollouts[0].people["manager"], business_days=1, reason="x")
            typed = {"business_days": "5", "reason": "Feriado", "seen": seen}
            answer = browser.post(address("deslocar", rollouts), typed)
            assert answer.status_code == 409
            assert "mudou enquanto você editava" in answer.content.decode()
            assert "Feriado</textarea>" in answer.content.decode()
            typed["seen"] = answer.context["form"].shown_values.fingerprint
            assert browser.post(address("deslocar", rollouts), typed).status_code == 302

    def test_a_draft_is_kept_for_the_same_projects_alone(self, browser, rollouts):
        drafts = [
            browser.get(address("passar", chosen)).context["draft"] for chosen in (rollouts, rollouts[:1], rollouts)
        ]
        assert drafts[0] == drafts[2] != drafts[1]

    def test_projects_are_handed_over(self, browser, rollouts):
        heir = rollouts[1].people["manager"]
        answer = browser.post(address("passar", rollouts), {"to": heir.pk, "reason": "Saída"}, follow=True)
        assert "2 projetos têm outro gerente." in answer.content.decode()
        assert {Rollout.objects.get(pk=rollout.pk).project_manager for rollout in rollouts[:2]} == {heir}
        assert Rollout.objects.get(pk=rollouts[2].pk).project_manager != heir

    def test_a_file_has_those_that_were_marked_and_no_other(self, browser, rollouts):
        chosen = reverse("portfolio:file", args=["json"]) + f"?situation=all&rollout={rollouts[2].pk}"
        rows = browser.get(chosen).json()
        assert [row["code"] for row in rows] == [rollouts[2].code]

    @pytest.mark.parametrize("query", ["?marked=1", "?rollout=x", "?marked=1&stage=kickoff"])
    def test_a_file_of_nothing_that_was_marked_is_refused(self, browser, query):
        answer = browser.get(reverse("portfolio:file", args=["json"]) + query, follow=True)
        assert "Escolha ao menos um projeto." in answer.content.decode()

    @pytest.mark.parametrize("key", ["lembrar", "passar", "deslocar"])
    def test_it_asks_the_same_of_the_database_for_many_projects(self, browser, rollouts, key):
        more = [planned() for _number in range(6)]
        read_model.follow()
        browser.get(address(key, rollouts))
        counts = []
        for chosen in (rollouts, [*rollouts, *more]):
            with counted() as statements:
                browser.get(address(key, chosen))
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 15


def test_the_buttons_are_of_those_who_may(rollouts, client_for):
    words = {
        person: client_for(rollouts[0].people[person]).get(reverse("portfolio:list")).content.decode()
        for person in ("pm", "integrator")
    }
    assert "Deslocar plano" in words["pm"]
    assert "Deslocar plano" not in words["integrator"]
    assert 'name="rollout"' in words["integrator"]
