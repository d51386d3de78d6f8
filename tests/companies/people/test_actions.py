"""The directory of a company: who is added, corrected, merged, made inactive, and becomes an account."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.companies import actions as companies
from apps.companies.models import Membership, Person, Purpose, Role
from apps.companies.people import actions, queries
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.invitations import actions as invitations
from apps.invitations.models import Invitation
from tests.companies.factories import CompanyFactory, PersonFactory, PresenceFactory, UserFactory, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return CompanyFactory(trade_name="Loja das Flores")


@pytest.fixture
def lead(shop):
    return a_person(shop, Role.LEAD)


def change(person, by, **fields):
    data = {"name": "Rita Souza", "position": "TI", "emails": [], "phone": ""} | fields
    actions.change_person(person, by=by, **data)
    return Person.objects.get(pk=person.pk)


class TestCorrecting:
    def test_a_lead_corrects_name_addresses_telephones_and_purposes(self, shop, lead):
        person = PersonFactory(company=shop, emails=["a@flores.com.br"], phone="11 3333-4444")
        person = change(
            person, lead, emails=["b@flores.com.br"], phone="+351 912 345 678\n0800 123 4567", purposes=["finance"]
        )
        assert (str(person), person.addresses, person.purposes) == ("Rita Souza", ["b@flores.com.br"], ["finance"])
        assert [phone.e164 for phone in person.phones.all()] == ["+351912345678", "+558001234567"]

    def test_who_signs_in_keeps_the_name_and_address_of_the_account(self, shop, lead):
        person = Person.objects.get(user=lead)
        person = change(person, lead, name="Outro nome", emails=[lead.email, "outro@flores.com.br"])
        assert str(person) == lead.name
        assert person.addresses == [lead.email, "outro@flores.com.br"]
        assert [row.email for row in person.emails.all()] == ["outro@flores.com.br"]

    def test_somebody_corrects_their_own_record_but_not_what_they_are_for_nor_another_s(self, shop, lead):
        member = a_person(shop)
        person = Person.objects.get(user=member)
        assert change(person, member, phone="11 3333-4444").phones.get().e164 == "+551133334444"
        with pytest.raises(NotAllowed):
            change(person, member, purposes=[Purpose.DECISION])
        with pytest.raises(NotAllowed):
            change(Person.objects.get(user=lead), member)

    def test_a_name_that_carries_an_address_and_an_empty_one_are_refused(self, shop, lead):
        person = PersonFactory(company=shop)
        for name in ("Ganhe em loja.com", ""):
            with pytest.raises(Invalid):
                change(person, lead, name=name)


class TestMerging:
    def test_the_one_who_stays_takes_all_and_references_follow(self, shop, lead):
        person = PersonFactory(company=shop, name="Rita", emails=["rita@flores.com.br"], purposes=["technical"])
        user = a_person(shop, email="rita.souza@flores.com.br", name="Rita Souza")
        other = Person.objects.get(user=user)
        Person.objects.filter(pk=other.pk).update(position="TI", purposes=["decision"])
        for text in ("11 3333-4444", "(11) 3333 4444"):
            other.phones.create(text=text, e164="+551133334444")
        invitation = Invitation.objects.create(
            company=shop, person=other, email="x@x.com.br", name="Rita", role=Role.MEMBER, invited_by=lead
        )
        actions.merge(person, other, by=lead)
        person = Person.objects.get(pk=person.pk)
        assert (person.user, str(person), person.position) == (user, "Rita Souza", "TI")
        assert person.addresses == ["rita.souza@flores.com.br", "rita@flores.com.br"]
        assert person.purposes == ["decision", "technical"]
        assert person.phones.get().e164 == "+551133334444"
        assert Invitation.objects.get(pk=invitation.pk).person == person
        other = Person.objects.get(pk=other.pk)
        assert (other.merged_into, str(other), other.addresses) == (person, "Rita Souza", [])
        assert not other.phones.exists()

    def test_two_accounts_two_companies_and_oneself_are_not_merged(self, shop, lead):
        person = Person.objects.get(user=lead)
        with pytest.raises(Refusal, match="acesso próprio"):
            actions.merge(person, Person.objects.get(user=a_person(shop)), by=lead)
        for other in (PersonFactory(), person):
            with pytest.raises(Invalid):
                actions.merge(person, other, by=lead)

    def test_what_was_merged_is_not_merged_again(self, shop, lead):
        person, other = PersonFactory(company=shop), PersonFactory(company=shop)
        actions.merge(person, other, by=lead)
        with pytest.raises(Refusal, match="já foi unido"):
            actions.merge(PersonFactory(company=shop), other, by=lead)

    def test_a_member_merges_nobody(self, shop):
        with pytest.raises(NotAllowed):
            actions.merge(PersonFactory(company=shop), PersonFactory(company=shop), by=a_person(shop))


class TestLeavingAndComingBack:
    def test_who_left_is_not_offered_and_may_be_active_again(self, shop, lead):
        person = PersonFactory(company=shop)
        actions.deactivate(person, by=lead)
        assert person not in Person.objects.in_directory()
        assert list(queries.of_company(shop, inactive=True)) == [person]
        actions.reactivate(person, by=lead)
        assert person in Person.objects.in_directory()

    def test_who_signs_in_becomes_inactive_when_their_access_is_removed_and_active_when_they_join_again(
        self, shop, lead
    ):
        member = a_person(shop)
        person = Person.objects.get(user=member)
        with pytest.raises(Refusal, match="Remova o acesso"):
            actions.deactivate(person, by=lead)
        companies.remove_person(member.memberships.get(), by=lead)
        person.refresh_from_db()
        assert person.inactive_at
        companies.join(shop, member, role=Role.MEMBER)
        assert Person.objects.get(user=member).inactive_at is None


class TestAnAccountIsOnePerson:
    def test_who_joins_becomes_the_one_person_with_their_address(self, shop):
        person = PersonFactory(company=shop, name="Rita", emails=["rita@flores.com.br"], phone="11 3333-4444")
        user = UserFactory(email="rita@flores.com.br", name="Rita Souza")
        companies.join(shop, user, role=Role.MEMBER, position="TI")
        person.refresh_from_db()
        assert (person.user, str(person), person.position) == (user, "Rita Souza", "TI")
        assert person.addresses == ["rita@flores.com.br"]
        assert not person.emails.exists()

    def test_an_address_that_two_share_makes_nobody_somebody_else(self, shop):
        for name in ("Rita", "Bruno"):
            PersonFactory(company=shop, name=name, emails=["ti@flores.com.br"])
        user = UserFactory(email="ti@flores.com.br")
        companies.join(shop, user, role=Role.MEMBER)
        assert Person.objects.filter(company=shop).count() == 3

    def test_who_accepts_an_invitation_is_the_person_who_was_invited(self, shop, lead):
        person = PersonFactory(company=shop, name="Rita")
        invitation = invitations.invite(
            shop, by=lead, person=person, email="rita@gmail.com", name="Rita", role=Role.MEMBER
        )
        user = UserFactory(email="rita@gmail.com")
        invitations.accept(invitation, by=user)
        assert Person.objects.get(company=shop, user=user) == person

    def test_who_is_invited_by_name_stands_in_the_directory_at_once(self, shop, lead):
        invitations.invite(shop, by=lead, email="rita@flores.com.br", name="Rita", role=Role.MEMBER)
        assert str(Person.objects.get(company=shop, user=None)) == "Rita"

    def test_the_database_refuses_a_membership_without_its_person(self, shop):
        user = UserFactory()
        with pytest.raises(IntegrityError, match="membership_has_a_person"), transaction.atomic():  # noqa: PT012
            Membership.objects.create(user=user, company=shop, role=Role.MEMBER)
            connection.check_constraints()

    def test_the_database_refuses_a_second_person_of_one_account(self, shop, lead):
        with pytest.raises(IntegrityError, match="person_once_per_account"), transaction.atomic():
            Person.objects.create(company=shop, user=lead)


class TestThePages:
    def test_a_lead_adds_corrects_merges_and_puts_aside(self, shop, lead, client_for):
        browser, base = client_for(lead), f"/empresas/{shop.pk}/pessoas/"
        sent = {
            "name": "Rita Souza",
            "emails": "rita@flores.com.br",
            "phone": "11 3333-4444",
            "purposes": ["technical"],
        }
        assert browser.post(base + "nova/", sent).status_code == 302
        again = browser.post(base + "nova/", {**sent, "name": "Rita"})
        assert again.status_code == 422
        assert "É Rita Souza · Loja das Flores · rita@flores.com.br" in again.content.decode()
        person = Person.objects.get(company=shop, user=None)
        known = browser.post(base + "nova/", {**sent, "same": str(person.pk)})
        assert known.url == f"{base}{person.pk}/"
        assert browser.post(base + "nova/", {**sent, "same": "new"}).status_code == 302
        other = Person.objects.filter(company=shop, user=None).latest("pk")
        assert "É a mesma: unir" in browser.get(f"{base}{person.pk}/").content.decode()
        assert browser.post(f"{base}{person.pk}/unir/", {"other": f"#{other.pk}"}).status_code == 302
        assert browser.get(f"{base}{other.pk}/").url == f"{base}{person.pk}/"
        assert browser.post(f"{base}{person.pk}/", {"name": "Rita S.", "position": "TI"}).status_code == 302
        assert browser.post(f"{base}{person.pk}/inativar/").status_code == 302
        link = f'href="{base}{person.pk}/"'
        assert link not in browser.get(f"/empresas/{shop.pk}/").content.decode()
        assert link in browser.get(f"/empresas/{shop.pk}/?situation=inactive").content.decode()

    def test_the_list_finds_by_name_without_accents_and_leads_to_the_telephone(self, shop, lead, client_for):
        PersonFactory(company=shop, name="José Araújo", phone="(11) 3333-4444 ramal 22")
        PersonFactory(company=shop, name="Bruno Lima")
        page = client_for(lead).get(f"/empresas/{shop.pk}/", {"q": "araujo"}).content.decode()
        assert 'href="tel:+551133334444;ext=22"' in page
        assert "Bruno Lima" not in page

    def test_a_member_sees_the_record_of_a_colleague_without_its_form(self, shop, lead, client_for):
        person = PersonFactory(company=shop, name="Rita", phone="11 3333-4444")
        browser, url = client_for(a_person(shop)), f"/empresas/{shop.pk}/pessoas/{person.pk}/"
        page = browser.get(url).content.decode()
        assert "11 3333-4444" in page
        assert 'name="position"' not in page
        assert browser.post(url, {"name": "x"}).status_code == 403

    def test_an_invalid_address_is_named_and_what_was_typed_is_still_there(self, shop, lead, client_for):
        sent = {"name": "Rita", "emails": "rita@flores.com.br, rita"}
        answer = client_for(lead).post(f"/empresas/{shop.pk}/pessoas/nova/", sent)
        assert answer.status_code == 422
        assert "“rita” não é um e-mail." in answer.content.decode()
        assert "rita@flores.com.br, rita" in answer.content.decode()

    @pytest.mark.parametrize("field", ["name", "emails", "phone"])
    def test_a_character_that_the_database_does_not_hold_is_refused_in_words(self, shop, lead, client_for, field):
        typed = {"name": "Rita", "emails": "rita@flores.com.br", "phone": "11 99999-8888"}
        answer = client_for(lead).post(f"/empresas/{shop.pk}/pessoas/nova/", typed | {field: "a\0b"})
        assert answer.status_code == 422
        assert not shop.people.filter(user=None).exists()

    def test_somebody_of_another_company_is_not_found_under_this_one(self, shop, lead, client_for):
        assert client_for(lead).get(f"/empresas/{shop.pk}/pessoas/{PersonFactory().pk}/").status_code == 404

    def test_who_stands_in_the_list_is_invited_from_there(self, shop, lead, client_for):
        person = PersonFactory(company=shop, name="Rita", emails=["rita@flores.com.br"])
        browser, url = client_for(lead), f"/empresas/{shop.pk}/convites/?person={person.pk}"
        assert f'value="#{person.pk}" selected' in browser.get(url).content.decode()
        assert browser.post(url, {"person": f"#{person.pk}", "role": Role.MEMBER}).status_code == 302
        invitation = Invitation.objects.get()
        assert (invitation.person, invitation.email, invitation.name) == (person, "rita@flores.com.br", "Rita")

    def test_nobody_of_another_company_is_shown_by_their_number_in_the_address(self, shop, lead, client_for):
        stranger = PersonFactory(name="Gente de Fora")
        page = client_for(lead).get(f"/empresas/{shop.pk}/convites/?person={stranger.pk}").content.decode()
        assert "Gente de Fora" not in page

    def test_who_has_no_address_is_invited_once_one_is_given(self, shop, lead, client_for):
        person = PersonFactory(company=shop, name="Rita")
        browser, url = client_for(lead), f"/empresas/{shop.pk}/convites/"
        sent = {"person": f"#{person.pk}", "role": Role.MEMBER}
        refused = browser.post(url, sent)
        assert refused.status_code == 422
        assert "Informe o e-mail: Rita ainda não tem um." in refused.content.decode()
        assert browser.post(url, sent | {"email": "rita@gmail.com"}).status_code == 302
        assert Invitation.objects.get().person == person

    def test_presence_s_own_people_are_not_typed_into_its_directory(self, client_for):
        presence = PresenceFactory()
        manager = client_for(a_person(presence, Role.MANAGER))
        assert manager.get(f"/empresas/{presence.pk}/pessoas/nova/").status_code == 403
