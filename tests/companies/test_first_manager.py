"""The person whom an empty installation begins with."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.companies.models import Company, Kind, Membership, Role
from tests.companies.factories import CompanyFactory, PresenceFactory, UserFactory, a_cnpj, a_person

pytestmark = pytest.mark.django_db


def first_manager(email="gestora@presence.com.br", cnpj=None):
    call_command("first_manager", email, "Helena Prado", legal_name="Presence Sistemas Ltda.", cnpj=cnpj or a_cnpj(1))


def test_an_empty_installation_gets_presence_and_its_manager():
    first_manager("Gestora@Presence.com.br")
    membership = Membership.objects.get()
    assert (membership.role, membership.company.kind) == (Role.MANAGER, Kind.PRESENCE)
    assert membership.company.legal_name == "Presence Sistemas Ltda."
    assert membership.user.email == "gestora@presence.com.br"


def test_they_have_no_password_and_a_proved_address():
    first_manager()
    user = User.objects.get()
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified


def test_once_there_is_a_manager_the_others_are_invited():
    a_person(PresenceFactory(), Role.MANAGER)
    with pytest.raises(CommandError, match="já tem um gestor"):
        first_manager()


def test_presence_without_a_manager_gets_one():
    presence = PresenceFactory()
    first_manager()
    assert Membership.objects.get(role=Role.MANAGER).company == presence


def test_an_address_that_somebody_has_is_refused():
    UserFactory(email="gestora@presence.com.br")
    with pytest.raises(CommandError):
        first_manager()
    assert not Company.objects.exists()


@pytest.mark.parametrize("wrong", [{"email": "gestora"}, {"cnpj": "11.222.333/0001-00"}])
def test_what_is_no_address_or_no_cnpj_is_refused(wrong):
    with pytest.raises(CommandError):
        first_manager(**wrong)
    assert not User.objects.exists()


def test_a_cnpj_of_another_company_is_refused():
    other = CompanyFactory()
    with pytest.raises(CommandError):
        first_manager(cnpj=other.cnpj)
    assert not User.objects.exists()
