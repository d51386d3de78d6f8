"""One of many rows is chosen from a list while they are few, and by a text with suggestions where there are more."""

import pytest
from django.urls import reverse

from apps.companies.choices import wording
from apps.companies.models import Company, Kind
from apps.core.web.search import MOST_LISTED
from apps.rollouts.forms import CreateForm
from apps.rollouts.models import Rollout
from tests.companies.factories import CompanyFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory()


@pytest.fixture
def many(rollout):
    """More clients than a list shows, one of whose names begins another's."""
    Company.objects.bulk_create(
        CompanyFactory.build(trade_name=f"Casa {number}") for number in range(1, MOST_LISTED + 2)
    )
    return rollout


def form_with(rollout, client: str) -> CreateForm:
    return CreateForm(
        {
            "client": client,
            "platform": rollout.platform.pk,
            "platform_company": rollout.company("platform").pk,
            "integrator": rollout.company("integrator").pk,
            "project_manager": rollout.project_manager.pk,
        }
    )


def test_few_companies_are_a_list(rollout):
    html = str(CreateForm()["client"])
    assert "<select" in html
    assert rollout.company("client").trade_name in html


def test_many_companies_are_a_text_whose_page_does_not_carry_them_all(many):
    html = str(CreateForm()["client"])
    assert "<select" not in html
    assert html.count("<option") == MOST_LISTED
    assert f'hx-get="{reverse("companies:suggestions")}?name=client&amp;kind=client"' in html


@pytest.mark.parametrize("typed", ["Casa 2", "casa 2", "key", "number", "suggestion"])
def test_what_is_typed_is_found_without_scripts(many, typed):
    company = Company.objects.get(trade_name="Casa 2")
    text = {"key": str(company.pk), "number": company.cnpj, "suggestion": wording(company)}.get(typed, typed)
    form = form_with(many, text)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["client"] == company


def test_a_text_that_means_several_names_them_and_stays_in_the_field(many):
    form = form_with(many, "Casa")
    assert "Mais de um serve: Casa 1" in form.errors["client"][0]
    assert 'value="Casa"' in str(form["client"])


def test_a_text_that_means_none_says_so(many):
    assert form_with(many, "Sem nome").errors["client"] == ["Não encontramos “Sem nome”. Escolha uma das sugestões."]


def test_a_row_that_the_field_does_not_offer_is_not_found_by_its_key(many):
    assert "client" in form_with(many, str(many.company("presence").pk)).errors


def test_suggestions_are_of_what_the_person_may_see(many, client_for):
    url = reverse("companies:suggestions")
    seen = client_for(many.people["pm"]).get(url, {"name": "client", "client": "casa 1", "kind": Kind.CLIENT})
    assert seen.content.decode().count("<option") == 11  # 1 and 10 to 19
    assert client_for(many.people["client"]).get(url, {"q": "casa"}).content.decode().count("<option") == 0


def test_projects_are_suggested_by_client_platform_and_code(rollout, client_for):
    other = RolloutFactory()
    browser, url = client_for(rollout.people["pm"]), reverse("rollouts:suggestions")
    by_client = browser.get(url, {"q": rollout.company("client").trade_name}).content.decode()
    assert str(rollout) in by_client
    assert str(other) not in by_client
    assert str(other) in browser.get(url, {"q": other.code}).content.decode()
    assert browser.get(url, {"q": rollout.platform.name}).content.decode().count("<option") == 2
    assert client_for(rollout.people["client"]).get(url, {"q": other.code}).content.decode().count("<option") == 0


def test_a_project_that_ended_is_suggested_too_since_hours_follow_the_month(rollout, client_for):
    Rollout.objects.filter(pk=rollout.pk).update(stage="cancelled", closed_at=rollout.started_at)
    browser, url = client_for(rollout.people["pm"]), reverse("rollouts:suggestions")
    assert str(rollout) in browser.get(url, {"q": rollout.code}).content.decode()
