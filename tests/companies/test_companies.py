"""Companies, CNPJ in both forms, people and contacts."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.functional import SimpleLazyObject

from apps.companies import actions
from apps.companies.models import Company, Kind, Role, forget_roles_of, roles_of
from apps.core import cnpj
from apps.core.refusals import Invalid, NotAllowed
from tests.companies.factories import CompanyFactory, PresenceFactory, UserFactory, a_cnpj, a_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("value", ["11.444.777/0001-61", "11444777000161", "12.ABC.345/01DE-35", "12abc34501de35"])
def test_a_cnpj_may_be_numeric_or_alphanumeric(value):
    cnpj.validate(value)


@pytest.mark.parametrize("value", ["11.444.777/0001-62", "12ABC34501DE36", "123", "00000000000000X"])
def test_a_wrong_cnpj_is_refused(value):
    with pytest.raises(ValidationError, match="dígitos verificadores"):
        cnpj.validate(value)


def test_a_cnpj_is_kept_compact_and_shown_with_punctuation():
    company = CompanyFactory(cnpj="12.abc.345/01de-35")
    company.refresh_from_db()
    assert company.cnpj == "12ABC34501DE35"
    assert cnpj.show(company.cnpj) == "12.ABC.345/01DE-35"


def test_the_database_holds_one_presence_and_one_company_a_cnpj():
    first = PresenceFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.create(kind=Kind.PRESENCE, legal_name="x", trade_name="x", cnpj=a_cnpj(99999))
    with pytest.raises(IntegrityError), transaction.atomic():
        CompanyFactory(cnpj=first.cnpj)


class TestPeople:
    @pytest.fixture
    def pm(self):
        return a_person(PresenceFactory(), Role.PROJECT_MANAGER)

    def test_nobody_joins_twice(self):
        company = CompanyFactory()
        with pytest.raises(Invalid):
            actions.join(company, a_person(company), role=Role.MEMBER)

    @pytest.mark.parametrize(("kind", "role"), [(Kind.CLIENT, Role.ANALYST), (Kind.PRESENCE, Role.LEAD)])
    def test_roles_belong_to_their_kind_of_company(self, kind, role):
        company = PresenceFactory() if kind == Kind.PRESENCE else CompanyFactory(kind=kind)
        with pytest.raises(Invalid):
            actions.join(company, UserFactory(), role=role)

    def test_a_lead_removes_a_colleague_and_a_member_does_not(self):
        company = CompanyFactory()
        lead, member = a_person(company, Role.LEAD), a_person(company)
        with pytest.raises(NotAllowed):
            actions.remove_person(lead.memberships.get(), by=member)
        actions.remove_person(member.memberships.get(), by=lead)
        assert not member.memberships.exists()

    def test_only_a_manager_removes_people_of_presence(self, pm):
        analyst = a_person(PresenceFactory(), Role.ANALYST)
        with pytest.raises(NotAllowed):
            actions.remove_person(analyst.memberships.get(), by=pm)
        actions.remove_person(analyst.memberships.get(), by=a_person(PresenceFactory(), Role.MANAGER))

    def test_removing_takes_the_access_away_and_not_oneself(self, pm, client_for):
        company = CompanyFactory()
        member = a_person(company)
        actions.remove_person(member.memberships.get(), by=pm)
        assert client_for(member).get(f"/empresas/{company.pk}/").status_code == 404
        manager = a_person(PresenceFactory(), Role.MANAGER)
        with pytest.raises(Invalid):
            actions.remove_person(manager.memberships.get(), by=manager)


class TestThePages:
    DATA = {"kind": "client", "legal_name": "Nova Ltda.", "trade_name": "Nova", "cnpj": "12.ABC.345/01DE-35"}

    def test_a_project_manager_registers_and_a_wrong_cnpj_is_explained(self, client_for):
        browser = client_for(a_person(PresenceFactory(), Role.PROJECT_MANAGER))
        refused = browser.post("/empresas/nova/", {**self.DATA, "cnpj": "12.ABC.345/01DE-36"})
        assert refused.status_code == 422
        assert "12.ABC.345/01DE-36" in refused.content.decode()
        assert browser.post("/empresas/nova/", self.DATA).status_code == 302
        company = Company.objects.get(cnpj="12ABC34501DE35")
        base = f"/empresas/{company.pk}/"
        contact = {"purposes": ["technical"], "name": "Rita", "emails": "rita@nova.com.br"}
        assert browser.post(base + "pessoas/nova/", contact).status_code == 302
        assert browser.post(base + "pessoas/nova/", contact).status_code == 422
        assert "rita@nova.com.br" in browser.get(base).content.decode()

    def test_a_lead_corrects_their_own_company_but_not_its_cnpj(self, client_for):
        company = CompanyFactory()
        browser = client_for(a_person(company, Role.LEAD))
        sent = {"trade_name": "Nome novo", "cnpj": a_cnpj(777777)}
        assert browser.post(f"/empresas/{company.pk}/editar/", sent).status_code == 302
        again = Company.objects.get(pk=company.pk)
        assert (again.trade_name, again.cnpj) == ("Nome novo", company.cnpj)
        assert browser.get(f"/empresas/{CompanyFactory().pk}/").status_code == 404
        assert client_for(a_person(company)).get(f"/empresas/{company.pk}/editar/").status_code == 403


def test_roles_are_forgotten_of_whatever_stands_for_the_person():
    company = CompanyFactory()
    person = a_person(company)
    user = SimpleLazyObject(lambda: person)
    assert set(roles_of(user)) == {company.pk}
    person.memberships.all().delete()
    forget_roles_of(user)
    assert roles_of(user) == {}
