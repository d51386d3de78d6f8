"""Who is who in a project, and whose telephone is seen by whom."""

import pytest
from django.urls import reverse

from apps.companies.models import Person, Role
from apps.rollouts import people
from tests.companies.factories import CompanyFactory, PersonFactory, a_person
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db
DIGITS = "98765"


@pytest.fixture
def rollout():
    return RolloutFactory()


@pytest.fixture
def rosa(rollout):
    return PersonFactory(
        company=rollout.company("client"),
        name="Rosa Nunes",
        position="TI",
        phone="(47) 98765-0001",
        purposes=["technical"],
    )


@pytest.mark.parametrize("who", ["client", "client_member", "integrator", "platform", "pm", "analyst", "manager"])
def test_the_parties_and_presence_read_who_does_what_and_how_they_are_reached(rollout, rosa, who, client_for):
    page = client_for(rollout.people[who]).get(reverse("rollouts:people", args=[rollout.pk])).content.decode()
    assert "Rosa Nunes" in page
    assert 'href="tel:+5547987650001"' in page
    assert "Técnico" in page
    assert "Conduz o projeto" in page


def test_nobody_else_gets_the_telephone_by_any_way(rollout, rosa, client_for):
    """Pages, suggestions (by name and by the digits themselves), the person's copy and the API."""
    stranger = rollout.people["stranger"]
    RolloutFactory(client=stranger.memberships.get().company)  # They have a project of their own.
    browser = client_for(stranger)
    addresses = [
        reverse("rollouts:people", args=[rollout.pk]),
        reverse("rollouts:people_suggestions", args=[rollout.pk]) + f"?q={DIGITS}",
        reverse("companies:people_suggestions") + f"?q={DIGITS}",
        reverse("companies:people_suggestions") + f"?q=rosa&company={rosa.company_id}",
        reverse("companies:person", args=[rosa.company_id, rosa.pk]),
        reverse("companies:detail", args=[rosa.company_id]),
        reverse("accounts:export"),
        "/api/v1/rollouts/",
    ]
    for address in addresses:
        body = browser.get(address).content.decode()
        assert DIGITS not in body.replace(f"q={DIGITS}", ""), address
        assert "Rosa" not in body, address


def test_a_party_of_another_project_of_the_same_integrator_does_not_see_the_people_of_this_one(
    rollout, rosa, client_for
):
    other = RolloutFactory(integrator=rollout.company("integrator"))
    assert rosa in people.visible_to(rollout.people["integrator"])
    assert rosa not in people.visible_to(other.people["client"])
    page = client_for(other.people["client"]).get(reverse("rollouts:people", args=[other.pk])).content.decode()
    assert "Rosa" not in page
    assert str(rollout.people["integrator"]) in page


def test_suggestions_are_of_the_parties_asked_for_and_never_say_the_telephone(rollout, rosa, client_for):
    url = reverse("rollouts:people_suggestions", args=[rollout.pk])
    browser = client_for(rollout.people["integrator"])
    by_digits = browser.get(url, {"q": DIGITS}).content.decode()
    assert f"Rosa Nunes · {rosa.company} · #{rosa.pk}" in by_digits
    assert DIGITS not in by_digits
    assert "Rosa" not in browser.get(url, {"q": "rosa", "role": "platform"}).content.decode()


def test_only_who_may_add_somebody_is_offered_to(rollout, client_for):
    companies = rollout.companies()
    assert people.directory(rollout, by=rollout.people["client"]).addable == [companies["client"]]
    everybody_but_presence = {companies[role] for role in ("client", "integrator", "platform")}
    assert set(people.directory(rollout, by=rollout.people["analyst"]).addable) == everybody_but_presence
    assert people.directory_of(rollout, "presence").addable == []


def test_who_left_and_who_was_merged_are_not_shown(rollout, rosa, client_for):
    gone = PersonFactory(company=rosa.company, name="Foi Embora")
    Person.objects.filter(pk=gone.pk).update(inactive_at=gone.created_at)
    url = reverse("rollouts:people", args=[rollout.pk])
    assert "Foi Embora" not in client_for(rollout.people["pm"]).get(url).content.decode()


def test_the_search_finds_without_accents(rollout, rosa, client_for):
    PersonFactory(company=rollout.company("platform"), name="José Araújo")
    page = client_for(rollout.people["pm"]).get(reverse("rollouts:people", args=[rollout.pk]), {"q": "araujo"})
    assert "José Araújo" in page.content.decode()
    assert "Rosa" not in page.content.decode()


def test_a_company_in_two_roles_stands_once(client_for):
    platform = CompanyFactory(kind="platform", trade_name="Faz Tudo")
    rollout = RolloutFactory(platform_company=platform, integrator=platform)
    a_person(platform, Role.MEMBER, name="Uma Só")
    page = client_for(rollout.people["pm"]).get(reverse("rollouts:people", args=[rollout.pk])).content.decode()
    assert page.count("Uma Só</span>") + page.count(">Uma Só</a>") == 1
    roles = [party.roles for party in people.by_company(rollout) if party.company == platform]
    assert roles == [["platform", "integrator"]]
