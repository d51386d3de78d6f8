"""What changes several projects at once is a person's, in a session; a token, which is of one project, is told why not."""

import pytest

from apps.companies.models import Company, Role
from apps.rollouts.models import Rollout
from tests.api.factories import ApiTokenFactory, tool
from tests.companies.factories import CompanyFactory, a_person
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory()


def post(client, path, body):
    return client.post(f"/api/{path}/", body, content_type="application/json")


class TestHandingOver:
    @pytest.fixture
    def colleague(self, rollout):
        return a_person(rollout.company("presence"), Role.PROJECT_MANAGER)

    def body(self, rollout, colleague, **more):
        return {"manager": rollout.project_manager.email, "to": colleague.email, "reason": "Férias", **more}

    def test_all_that_are_open_or_some_of_them(self, rollout, colleague, client_for):
        other = RolloutFactory(project_manager=rollout.project_manager)
        browser = client_for(rollout.people["manager"])
        answer = post(browser, "rollouts/handover", self.body(rollout, colleague, rollouts=[other.pk]))
        assert (answer.status_code, answer.json()) == (201, {"rollouts": [other.pk]})
        assert post(browser, "rollouts/handover", self.body(rollout, colleague)).json() == {"rollouts": [rollout.pk]}
        assert {row.project_manager for row in Rollout.objects.all()} == {colleague}
        assert post(browser, "rollouts/handover", self.body(rollout, colleague)).status_code == 409

    def test_one_that_is_not_theirs_changes_none(self, rollout, colleague, client_for):
        browser, other = client_for(rollout.people["manager"]), RolloutFactory()
        answer = post(browser, "rollouts/handover", self.body(rollout, colleague, rollouts=[rollout.pk, other.pk]))
        assert (answer.status_code, answer.json()["field"]) == (422, "rollouts")
        assert not Rollout.objects.filter(project_manager=colleague).exists()

    def test_a_token_is_told_why_not(self, rollout, colleague):
        token = ApiTokenFactory(rollout=rollout, person=rollout.people["manager"])
        answer = post(tool(token), "rollouts/handover", self.body(rollout, colleague))
        assert (answer.status_code, answer.json()["code"]) == (403, "person_required")
        assert "manager/" in answer.json()["message"]

    def test_who_manages_nothing_hands_nothing_over(self, rollout, colleague, client_for):
        browser = client_for(rollout.people["analyst"])
        assert post(browser, "rollouts/handover", self.body(rollout, colleague)).status_code == 403


class TestMergingCompanies:
    def body(self, merged, into, **more):
        return {"merged": merged.cnpj, "into": into.cnpj, "reason": "Cadastro em dobro", **more}

    def test_the_projects_of_one_record_are_of_the_other(self, rollout, client_for):
        merged, into = rollout.company("client"), CompanyFactory(kind="client")
        browser = client_for(rollout.people["manager"])
        answer = post(browser, "companies/merger", self.body(merged, into))
        assert (answer.status_code, answer.json()["id"]) == (201, into.pk), answer.content
        assert Rollout.objects.get(pk=rollout.pk).company("client") == into
        assert Company.objects.get(pk=merged.pk).merged_into == into
        answer = post(browser, "companies/merger", self.body(merged, into))
        assert (answer.status_code, answer.json()["field"]) == (422, "merged")

    def test_a_token_is_told_why_not_and_nobody_else_may(self, rollout, client_for):
        body = self.body(rollout.company("client"), CompanyFactory(kind="client"))
        token = ApiTokenFactory(rollout=rollout, person=rollout.people["manager"])
        answer = post(tool(token), "companies/merger", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "person_required")
        for who in ("pm", "client"):
            assert post(client_for(rollout.people[who]), "companies/merger", body).json()["code"] == "forbidden"
