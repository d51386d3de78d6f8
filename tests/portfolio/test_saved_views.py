"""Views of the list that people keep under a name."""

import pytest
from django.urls import reverse

from apps.portfolio.models import SavedView
from apps.portfolio.projects import saved_views
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory()


def saves(browser, page="list", query="stage=homologation&order=-target", **form):
    return browser.post(f"{reverse(f'portfolio:{page}')}?{query}", {"name": "Minhas", **form})


def of(rollout, role="client"):
    """What the form sends to share a view with the company that plays ``role``."""
    return {"shared_with": rollout.company(role).pk}


def test_its_address_shows_what_was_saved(rollout, client_for):
    browser = client_for(rollout.people["manager"])
    answer = browser.get(saves(browser, query="stage=homologation&order=-target&column=code&column=late&page=4").url)
    assert answer.url.startswith(reverse("portfolio:list"))
    page = browser.get(answer.url)
    assert page.context["form"].cleaned_data["stage"] == "homologation"
    assert [column.key for column in page.context["columns"]] == ["code", "client", "late"]
    assert (page.context["view"].name, page.context["page"].number) == ("Minhas", 1)


@pytest.mark.parametrize("name", ["list", "board", "time"])
def test_it_is_shown_as_it_was_saved(rollout, client_for, name):
    browser = client_for(rollout.people["manager"])
    assert browser.get(saves(browser, name).url).url.startswith(reverse(f"portfolio:{name}") + "?")


def test_a_view_of_the_same_name_is_replaced_also_when_it_is_sent_twice(rollout, client_for):
    browser = client_for(rollout.people["manager"])
    saves(browser)
    saves(browser)
    saves(browser, query="holder=client")
    assert SavedView.objects.get().query == {"holder": ["client"]}


def test_without_a_name_it_is_asked_for_and_the_filters_stay(rollout, client_for):
    answer = saves(client_for(rollout.people["manager"]), name="")
    assert answer.status_code == 422
    assert answer.context["form"].cleaned_data["stage"] == "homologation"
    assert answer.context["save_form"].errors["name"]


def test_colleagues_see_it_when_it_is_shared_and_only_the_projects_that_they_may_see(rollout, client_for):
    lead, member = (client_for(rollout.people[person]) for person in ("client", "client_member"))
    saves(lead, query="situation=all")
    view = SavedView.objects.get()
    assert member.get(view.get_absolute_url()).status_code == 404
    saves(lead, query="situation=all", **of(rollout))
    assert member.get(view.get_absolute_url()).status_code == 302
    RolloutFactory()
    page = member.get(member.get(view.get_absolute_url()).url)
    assert [row.pk for row in page.context["page"]] == [rollout.pk]
    for person in ("integrator", "manager", "stranger"):
        assert client_for(rollout.people[person]).get(view.get_absolute_url()).status_code == 404


def test_it_is_shared_with_a_company_of_ones_own_alone(rollout, client_for):
    assert saves(client_for(rollout.people["client"]), **of(rollout, "integrator")).status_code == 422


def test_it_stays_with_the_company_when_who_saved_it_leaves(rollout, client_for):
    lead, member = rollout.people["client"], rollout.people["client_member"]
    saves(client_for(lead), **of(rollout))
    lead.memberships.all().delete()
    view = SavedView.objects.get()
    assert client_for(member).get(view.get_absolute_url()).status_code == 302
    assert client_for(member).post(reverse("portfolio:delete_view", args=[view.pk])).status_code == 302
    assert not SavedView.objects.exists()


def test_only_who_saved_it_deletes_it(rollout, client_for):
    lead, member = (client_for(rollout.people[person]) for person in ("client", "client_member"))
    saves(lead, **of(rollout))
    address = reverse("portfolio:delete_view", args=[SavedView.objects.get().pk])
    assert member.post(address).status_code == 403
    assert "Apagar visão" not in member.get(member.get(SavedView.objects.get().get_absolute_url()).url).text
    assert "Apagar visão" in lead.get(lead.get(SavedView.objects.get().get_absolute_url()).url).text
    assert lead.post(address).status_code == 302
    assert not SavedView.objects.exists()
    assert lead.post(address).status_code == 404


def test_too_many_and_too_long_ones_are_refused(rollout, client_for, monkeypatch):
    browser = client_for(rollout.people["manager"])
    assert saves(browser, query="q=" + "x" * 3_000).status_code == 409
    monkeypatch.setattr(saved_views, "MOST_OF_A_PERSON", 1)
    saves(browser)
    assert saves(browser, name="Outra").status_code == 409
    assert saves(browser).status_code == 302, "the one of that name is replaced"


def test_a_page_that_was_narrowed_otherwise_is_no_more_the_saved_view(rollout, client_for):
    browser = client_for(rollout.people["manager"])
    page = browser.get(browser.get(saves(browser).url).url)
    assert 'name="view"' not in page.text.split("</form>")[0]
    assert "order=client&amp;view" not in page.text


def test_a_saved_parameter_that_means_nothing_is_no_fault(rollout, client_for):
    browser = client_for(rollout.people["manager"])
    page = browser.get(browser.get(saves(browser, query="group=x&order=%F0%9F%98%80&column=x&view=9e9").url).url)
    assert page.status_code == 200


def test_they_go_with_the_account_and_are_in_its_copy(rollout):
    from apps.portfolio import personal_data

    user = rollout.people["client"]
    saved_views.save(by=user, name="Minhas", layout="table", query={"q": ["a"]})
    holding = next(row for row in personal_data.HOLDINGS if row.name == "saved_views")
    assert holding.export(user)[0]["name"] == "Minhas"
    holding.erase(user)
    assert not SavedView.objects.exists()
