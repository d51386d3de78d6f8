"""Two records of one company become one, and everything that refers to the one that goes refers to the one that stays."""

import pytest
from django.urls import reverse

from apps.companies import mergers
from apps.companies.models import Company, Kind, Membership, Role
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours.models import ClientStatement
from apps.hours.statements import overdue, reconciliation
from apps.rollouts.models import Assignment, FormerParty, Rollout
from tests.companies.factories import CompanyFactory, ContactFactory, MembershipFactory, PresenceFactory, a_person
from tests.hours.factories import APRIL, a_client_statement
from tests.invitations.factories import InvitationFactory
from tests.rollouts.factories import PlatformFactory, RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    """Its client is the record that goes."""
    return RolloutFactory()


@pytest.fixture
def into(rollout):
    return CompanyFactory(kind=Kind.CLIENT, trade_name="Aurora")


def merge(rollout, into, **more):
    merged = rollout.company("client")
    mergers.merge(merged, into=into, **{"by": rollout.people["manager"], "reason": "Cadastro repetido", **more})
    return merged


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_rollouts_open_and_closed_have_the_one_that_stays_and_say_so(rollout, into):
    closed = at_stage(RolloutFactory(client=rollout.company("client")), Stage.CANCELLED)
    merged = merge(rollout, into)
    for row in (rollout, closed):
        assert fresh(row).company("client") == into
        assert row.events.get().describe() == (
            f"uniu dois cadastros da mesma empresa: {mergers.wording(merged)} passa a ser {mergers.wording(into)}. "
            "Motivo: Cadastro repetido"
        )


def test_what_it_did_before_another_took_its_place_goes_with_it(rollout, into):
    FormerParty.objects.create(
        rollout=RolloutFactory(), role="client", company=rollout.company("client"), reason="x",
        replaced_by=rollout.people["pm"],
    )  # fmt: skip
    merge(rollout, into)
    assert FormerParty.objects.get().company == into


def test_its_people_see_their_projects_as_people_of_the_one_that_stays(rollout, into, client_for):
    merge(rollout, into)
    assert client_for(rollout.people["client"]).get(rollout.get_absolute_url()).status_code == 200
    assert Membership.objects.get(user=rollout.people["client"]).company == into


def test_who_has_a_place_in_both_keeps_the_higher_one_and_what_hangs_on_it(rollout, into):
    lead = rollout.people["client"]
    MembershipFactory(user=lead, company=into, role=Role.MEMBER)
    assignment = Assignment.objects.create(
        rollout=rollout, requirement="x:y", membership=lead.memberships.get(company=rollout.company("client"))
    )
    merge(rollout, into)
    place = Membership.objects.get(user=lead)
    assert (place.company, place.role) == (into, Role.LEAD)
    assert fresh(assignment).membership == place


def test_contacts_invitations_and_platforms_go_with_it_and_none_is_there_twice(rollout, into):
    merged = rollout.company("client")
    ContactFactory(company=into, email="a@x.com.br")
    for email in ("a@x.com.br", "b@x.com.br"):
        ContactFactory(company=merged, email=email)
    kept = InvitationFactory(company=into, email="c@x.com.br")
    doubled, moved = (InvitationFactory(company=merged, email=email) for email in ("c@x.com.br", "d@x.com.br"))
    platform = PlatformFactory()
    platform.companies.add(merged)
    merge(rollout, into)
    assert {contact.email for contact in into.contacts.all()} == {"a@x.com.br", "b@x.com.br"}
    assert [fresh(row).revoked_at is None for row in (kept, doubled, moved)] == [True, False, True]
    assert {row.company for row in (fresh(doubled), fresh(moved))} == {into}
    assert list(platform.companies.all()) == [into]


def test_nothing_refers_to_the_record_that_went_but_what_was_closed_under_it(rollout, into):
    """Whatever model will point to a company, this test asks who moves it."""
    merged = merge(rollout, into)
    stays = {"hours.ClientStatement", "companies.Company"}
    relations = [row for row in Company._meta.related_objects if row.related_model._meta.label not in stays]
    assert len(relations) > 5
    left = [
        row.related_model._meta.label
        for row in relations
        if row.related_model._default_manager.filter(**{row.field.name: merged}).exists()
    ]
    assert left == []


def test_a_closed_month_keeps_the_name_it_had_and_its_people_still_read_it(into):
    statement = a_client_statement()
    rollout = Rollout.objects.get(parties__company=statement.client)
    rollout.people = {"manager": a_person(PresenceFactory(), Role.MANAGER)}
    reader = a_person(statement.client, Role.LEAD)
    merged = merge(rollout, into)
    assert fresh(statement).client == merged
    assert statement in ClientStatement.objects.visible_to(type(reader).objects.get(pk=reader.pk))
    assert list(reconciliation.client_differences(fresh(statement))) == []
    assert not overdue.waiting_to_close()


def test_a_month_that_is_over_is_closed_first(rollout, into):
    from apps.core import clock
    from tests.hours.factories import log

    with clock.at(APRIL):
        log(rollout)
    with pytest.raises(Refusal, match="Feche antes") as refusal:
        merge(rollout, into)
    assert refusal.value.way_out
    assert fresh(rollout).company("client") != into


def test_the_record_is_offered_no_more_and_its_page_is_the_others(rollout, into, client_for):
    merged = rollout.company("client")
    browser = client_for(rollout.people["manager"])
    assert "Una-o ao outro" in browser.get(reverse("companies:detail", args=[merged.pk])).content.decode()
    url = reverse("companies:merge", args=[merged.pk])
    assert browser.post(url, {"into": into.pk, "reason": ""}).status_code == 422
    assert browser.post(url, {"into": into.pk, "reason": "Repetido"}).url == reverse("companies:detail", args=[into.pk])
    page = browser.get(reverse("companies:detail", args=[merged.pk])).content.decode()
    assert "Cadastros unidos a este" in page
    assert merged.trade_name in page
    names = [company.trade_name for company in Company.objects.visible_to(rollout.people["manager"])]
    assert merged.trade_name not in names
    assert into.trade_name in names


@pytest.mark.parametrize("who", ["pm", "analyst", "client"])
def test_only_a_manager_of_presence_may(rollout, into, who):
    with pytest.raises(NotAllowed):
        merge(rollout, into, by=rollout.people[who])


def test_other_kinds_presence_the_same_record_and_a_second_time_are_refused(rollout, into):
    manager, client = rollout.people["manager"], rollout.company("client")
    refused = [
        (client, rollout.company("integrator")),
        (PresenceFactory(), PresenceFactory()),
        (client, client),
    ]
    for merged, other in refused:
        with pytest.raises(Invalid):
            mergers.merge(merged, into=other, by=manager, reason="x")
    with pytest.raises(Invalid):
        mergers.merge(client, into=into, by=manager, reason=" ")
    merge(rollout, into)
    with pytest.raises(Refusal, match="já foi unido"):
        mergers.merge(client, into=into, by=manager, reason="x")
