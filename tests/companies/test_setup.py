"""The person whom an empty installation begins with."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.companies.management.commands import setup
from apps.companies.models import Company, Kind, Membership, Role
from tests.companies.factories import CompanyFactory, PresenceFactory, UserFactory, a_cnpj, a_person

pytestmark = pytest.mark.django_db


def first_manager(email="gestora@presence.com.br", cnpj=None, **options):
    names = {"name": "Helena Prado", "legal_name": "Presence Sistemas Ltda."}
    call_command("setup", email=email, cnpj=cnpj or a_cnpj(1), **names, **options)


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


def test_a_deployment_that_sets_up_at_each_start_does_so_once():
    first_manager(if_empty=True)
    first_manager(if_empty=True)
    assert Membership.objects.count() == 1


def test_without_a_terminal_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="--legal-name, --cnpj"):
        call_command("setup", email="gestora@presence.com.br", name="Helena Prado")


def test_on_a_terminal_what_is_refused_is_asked_again():
    answers = iter(["Helena Prado", "Presence Sistemas Ltda.", "1", "", "", a_cnpj(1)])
    errors = StringIO()
    setup.Command(stderr=errors)._ask_until_taken({"email": "gestora@presence.com.br"}, lambda _question: next(answers))
    assert Membership.objects.get().user.name == "Helena Prado"
    assert "CNPJ" in errors.getvalue()
