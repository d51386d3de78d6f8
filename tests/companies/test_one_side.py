"""Presence's people belong to Presence alone: at the model, in the actions and in the database."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.companies import actions
from apps.companies.models import Company, Kind, Membership, Role
from apps.core import clock
from apps.core.refusals import Invalid
from tests.accounts.factories import AddressChangeFactory, EmailAddressFactory
from tests.companies.factories import CompanyFactory, MembershipFactory, PresenceFactory, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def presence():
    return PresenceFactory()


@pytest.mark.parametrize("kind", [Kind.CLIENT, Kind.INTEGRATOR, Kind.PLATFORM])
class TestNobodyStandsOnBothSides:
    def test_somebody_of_presence_does_not_join_another_company(self, presence, kind):
        person = a_person(presence, Role.ANALYST)
        with pytest.raises(Invalid, match="dois lados"):
            actions.join(CompanyFactory(kind=kind), person, role=Role.LEAD)

    def test_somebody_of_another_company_does_not_join_presence(self, presence, kind):
        person = a_person(CompanyFactory(kind=kind))
        with pytest.raises(Invalid, match="dois lados"):
            actions.join(presence, person, role=Role.ANALYST)

    def test_the_model_says_so_where_no_action_is_called(self, presence, kind):
        person = a_person(presence, Role.ANALYST)
        with pytest.raises(ValidationError, match="Presence"):
            Membership(user=person, company=CompanyFactory(kind=kind), role=Role.LEAD).full_clean()

    def test_the_database_refuses_a_row_that_nobody_checked(self, presence, kind):
        person = a_person(presence, Role.ANALYST)
        with pytest.raises(IntegrityError, match="nobody belongs to Presence"), transaction.atomic():
            Membership.objects.bulk_create([Membership(user=person, company=CompanyFactory(kind=kind), role="lead")])

    def test_the_database_refuses_a_membership_that_is_moved_over(self, presence, kind):
        person = a_person(CompanyFactory(kind=kind))
        moved = MembershipFactory(user=person, company=CompanyFactory())
        with pytest.raises(IntegrityError, match="nobody belongs to Presence"), transaction.atomic():
            Membership.objects.filter(pk=moved.pk).update(company=presence, role=Role.ANALYST)


def test_an_address_that_is_a_second_one_of_theirs_counts_as_them(presence):
    person = a_person(presence, Role.ANALYST)
    EmailAddressFactory(user=person, email="particular@exemplo.com.br", verified=True)
    with pytest.raises(Invalid, match="dois lados"):
        actions.refuse_other_side(CompanyFactory(), "particular@exemplo.com.br")


def test_an_address_that_nobody_proved_keeps_its_owner_out_of_nothing(presence):
    EmailAddressFactory(user=a_person(CompanyFactory()), email="nova@presence.com.br")
    actions.refuse_other_side(presence, "nova@presence.com.br")


def test_an_address_that_they_had_before_counts_until_the_change_is_undone(presence):
    person = a_person(presence, Role.ANALYST)
    change = AddressChangeFactory(user=person, before="antes@exemplo.com.br", after=person.email)
    with pytest.raises(Invalid, match="dois lados"):
        actions.refuse_other_side(CompanyFactory(), "antes@exemplo.com.br")
    change.undone_at = clock.now()
    change.save()
    actions.refuse_other_side(CompanyFactory(), "antes@exemplo.com.br")


def test_who_left_presence_may_work_for_a_client():
    person = a_person(PresenceFactory(), Role.ANALYST)
    person.memberships.all().delete()
    assert actions.join(CompanyFactory(), person, role=Role.MEMBER).role == Role.MEMBER


def test_somebody_may_work_for_two_companies_of_the_other_side():
    person = a_person(CompanyFactory(kind=Kind.CLIENT))
    assert actions.join(CompanyFactory(kind=Kind.INTEGRATOR), person, role=Role.MEMBER)


class TestACompanyStaysOnItsSide:
    def test_the_action_refuses_to_make_presence_of_a_client(self):
        company = CompanyFactory()
        manager = a_person(PresenceFactory(), Role.MANAGER)
        with pytest.raises(Invalid, match="passa a ser a Presence"):
            actions.change_company(company, by=manager, kind=Kind.PRESENCE)

    def test_the_database_refuses_to_make_a_client_of_presence_while_it_has_people(self, presence):
        a_person(presence, Role.ANALYST)
        with pytest.raises(IntegrityError, match="neither becomes"), transaction.atomic():
            Company.objects.filter(pk=presence.pk).update(kind=Kind.CLIENT)

    def test_other_kinds_may_still_be_corrected(self):
        company = CompanyFactory(kind=Kind.CLIENT)
        manager = a_person(PresenceFactory(), Role.MANAGER)
        assert actions.change_company(company, by=manager, kind=Kind.INTEGRATOR).kind == Kind.INTEGRATOR
