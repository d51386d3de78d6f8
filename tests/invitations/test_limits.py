"""Invitations are mail in our name: so many in a day, and nothing in them that the sender made up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from apps.accounts import actions as accounts
from apps.companies import actions as companies
from apps.companies.models import Role
from apps.core import clock
from apps.core.refusals import Invalid, TooMany
from apps.invitations import actions
from apps.limits.actions import DAY, Limit
from tests.companies.factories import CompanyFactory, PresenceFactory, UserFactory, a_person

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def pm():
    return a_person(PresenceFactory(), Role.PROJECT_MANAGER)


def sent(times, *, by, company=None, address="p{}@exemplo.com.br"):
    """How many of ``times`` invitations go out."""
    company = company or CompanyFactory()
    for number in range(times):
        try:
            actions.invite(company, by=by, email=address.format(number), name="Rita", role=Role.MEMBER)
        except TooMany:
            return number
    return times


def test_a_person_invites_so_many_in_a_day(pm, monkeypatch):
    monkeypatch.setattr(actions, "BY_ONE_PERSON", Limit("invitations-by", ((3, DAY),)))
    assert sent(5, by=pm) == 3
    assert sent(5, by=pm) == 0  # For another company neither.
    with clock.at(NOON + timedelta(days=1)):
        assert sent(5, by=pm, address="q{}@exemplo.com.br") == 3


def test_a_company_is_invited_for_so_often_whoever_does_it(pm, monkeypatch):
    monkeypatch.setattr(actions, "FOR_ONE_COMPANY", Limit("invitations-for", ((3, DAY),)))
    company = CompanyFactory()
    assert sent(2, by=pm, company=company) == 2
    assert sent(5, by=a_person(company, Role.LEAD), company=company, address="q{}@exemplo.com.br") == 1


def test_one_address_gets_so_many_from_everybody_together(pm):
    assert [sent(1, by=pm, address="rita@exemplo.com.br") for _company in range(6)] == [1] * 5 + [0]


def test_sending_again_counts_too(pm):
    invitation = actions.invite(CompanyFactory(), by=pm, email="rita@exemplo.com.br", name="Rita", role=Role.MEMBER)
    for _time in range(4):
        actions.send_again(invitation, by=pm)
    with pytest.raises(TooMany):
        actions.send_again(invitation, by=pm)
    invitation.refresh_from_db()
    assert invitation.serial == 5  # The latest link still works.


def test_what_is_refused_for_another_reason_counts_nothing(pm, monkeypatch):
    monkeypatch.setattr(actions, "BY_ONE_PERSON", Limit("invitations-by", ((2, DAY),)))
    company = CompanyFactory()
    sent(1, by=pm, company=company)
    for _time in range(3):
        with pytest.raises(Invalid):
            actions.invite(company, by=pm, email="p0@exemplo.com.br", name="Rita", role=Role.MEMBER)
    assert sent(3, by=pm) == 1


def test_the_page_says_when_and_keeps_what_was_typed(pm, client_for, monkeypatch):
    monkeypatch.setattr(actions, "BY_ONE_PERSON", Limit("invitations-by", ((0, DAY),)))
    form = {"person_1_email": "rita@exemplo.com.br", "person_1_name": "Rita Alves", "role": Role.MEMBER}
    answer = client_for(pm).post(reverse("invitations:company", args=[CompanyFactory().pk]), form)
    assert (answer.status_code, answer["Retry-After"]) == (429, "43200")
    page = answer.content.decode()
    assert "Tente de novo em 12 horas." in page
    assert "Rita Alves" in page


class TestNames:
    BAIT = "Ganhe já em loja-premio.com"

    @pytest.mark.parametrize("field", ["name", "position"])
    def test_an_invitation_carries_no_address(self, pm, client_for, field, mailoutbox):
        person = {"email": "rita@exemplo.com.br", "name": "Rita", field: self.BAIT}
        form = {"role": Role.MEMBER, **{f"person_1_{part}": text for part, text in person.items()}}
        answer = client_for(pm).post(reverse("invitations:company", args=[CompanyFactory().pk]), form)
        assert answer.status_code == 422
        assert "sem e-mail nem endereço de site" in answer.content.decode()
        assert self.BAIT in answer.content.decode()
        assert mailoutbox == []

    def test_nor_does_the_name_of_who_invites(self, client_for):
        ana = UserFactory(name="Ana")
        form = {"name": self.BAIT, "language": "pt-br", "time_zone": "America/Sao_Paulo"}
        assert client_for(ana).post(reverse("accounts:profile"), form).status_code == 422
        ana.refresh_from_db()
        assert ana.name == "Ana"
        with pytest.raises(Invalid):
            accounts.register(email="rita@exemplo.com.br", name=self.BAIT, terms=True)

    def test_nor_the_company_s(self, pm):
        company = CompanyFactory()
        lead = a_person(company, Role.LEAD)
        with pytest.raises(Invalid) as refusal:
            companies.change_company(company, by=lead, trade_name=self.BAIT)
        assert refusal.value.field == "trade_name"
        with pytest.raises(Invalid):
            companies.add_company(by=pm, kind="client", legal_name="Loja", trade_name=self.BAIT, cnpj="1")

    def test_a_company_that_was_called_so_before_can_be_changed_otherwise(self, pm):
        company = CompanyFactory(trade_name="Loja.com")
        companies.change_company(company, by=pm, trade_name="Loja.com", city="Recife")
        assert company.city == "Recife"
