"""One person or several are chosen by a few letters; who is not there is added in the same form."""

import pytest
from django import forms
from django.http import QueryDict

from apps.companies.models import Person, Role
from apps.companies.people import actions
from apps.companies.people.choices import Directory, NewPerson, PeopleField, PersonField
from apps.companies.people.queries import wording
from apps.core.refusals import NotAllowed
from apps.core.web.search import MOST_LISTED
from tests.companies.factories import CompanyFactory, PersonFactory, PresenceFactory, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return CompanyFactory(trade_name="Loja das Flores")


def directory(*companies, addable=None) -> Directory:
    people = Person.objects.filter(company__in=companies)
    return Directory(people, url="/sugestoes/", addable=companies if addable is None else addable)


def one(data, *companies, addable=None, **options) -> forms.Form:
    class OneForm(forms.Form):
        who = PersonField(directory(*companies, addable=addable), label="Quem", **options)

    return OneForm(sent(data) if data is not None else None)


def several(data, *companies, **options) -> forms.Form:
    class SeveralForm(forms.Form):
        who = PeopleField(directory(*companies), label="Quem", **options)

    return SeveralForm(sent(data) if data is not None else None)


def sent(data) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def many(company, number=MOST_LISTED + 2):
    return [
        PersonFactory(company=company, name=f"José Araújo {n}", emails=[f"jose{n}@flores.com.br"])
        for n in range(number)
    ]


class TestOne:
    def test_few_people_are_a_list_in_which_nobody_inactive_stands(self, shop):
        rita, gone = PersonFactory(company=shop, name="Rita"), PersonFactory(company=shop, name="Foi Embora")
        Person.objects.filter(pk=gone.pk).update(inactive_at=gone.created_at)
        html = str(one(None, shop)["who"])
        assert f'<option value="#{rita.pk}"' in html
        assert "Foi Embora" not in html
        form = one({"who": f"#{rita.pk}"}, shop)
        assert form.is_valid()
        assert form.cleaned_data["who"] == rita

    def test_many_people_are_a_text_whose_page_does_not_carry_them_all(self, shop):
        many(shop)
        html = str(one(None, shop)["who"])
        assert "<select" not in html
        assert html.count("<option") == MOST_LISTED
        assert 'hx-get="/sugestoes/?name=who"' in html

    @pytest.mark.parametrize(
        "typed", ["jose araujo 7", "JOSÉ ARAÚJO 7", "araujo 7 flores", "jose7@flores", "suggestion"]
    )
    def test_what_is_typed_is_found_without_accents_and_without_scripts(self, shop, typed):
        person = many(shop)[7]
        form = one({"who": wording(person) if typed == "suggestion" else typed}, shop)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["who"] == person

    def test_a_text_that_means_several_names_them_and_stays_in_the_field(self, shop):
        many(shop)
        form = one({"who": "araujo"}, shop)
        assert "Mais de uma pessoa serve: José Araújo" in form.errors["who"][0]
        assert 'value="araujo"' in str(form["who"])

    def test_somebody_of_another_company_is_not_chosen_by_their_number(self, shop):
        other = PersonFactory()
        assert "who" in one({"who": f"#{other.pk}"}, shop).errors

    def test_whom_the_form_begins_with_stays_although_they_left(self, shop):
        gone = PersonFactory(company=shop, name="Foi Embora")
        Person.objects.filter(pk=gone.pk).update(inactive_at=gone.created_at)

        class KeptForm(forms.Form):
            who = PersonField(directory(shop), label="Quem")

        assert "Foi Embora" in str(KeptForm(initial={"who": gone})["who"])
        form = KeptForm(sent({"who": f"#{gone.pk}"}), initial={"who": gone})
        assert form.is_valid(), form.errors
        assert not form.has_changed()

    def test_people_with_and_without_a_sign_in_stand_by_company(self, shop):
        presence = PresenceFactory()
        a_person(presence, Role.ANALYST, name="Bia Rocha")
        PersonFactory(company=shop, name="Rita")
        html = str(one(None, presence, shop)["who"])
        assert html.index('<optgroup label="Presence">') < html.index("Bia Rocha") < html.index("Loja das Flores")


class TestAdding:
    NEW = {
        "who_1_name": "Rita Souza",
        "who_1_position": "TI",
        "who_1_email": "RITA@flores.com.br",
        "who_1_phone": "11 3333-4444",
    }

    def test_somebody_who_is_not_there_is_added_by_the_action_and_not_by_the_form(self, shop):
        form = one(self.NEW, shop)
        assert form.is_valid(), form.errors
        choice = form.cleaned_data["who"]
        assert choice == NewPerson(shop, "Rita Souza", "TI", "rita@flores.com.br", "11 3333-4444")
        assert not Person.objects.filter(company=shop).exists()
        person = actions.person_of(choice, by=a_person(shop))
        assert (str(person), person.position, person.addresses) == ("Rita Souza", "TI", ["rita@flores.com.br"])
        assert person.phones.get().e164 == "+551133334444"

    def test_who_is_added_counts_instead_of_whom_the_form_began_with(self, shop):
        chosen = PersonFactory(company=shop)

        class PrefilledForm(forms.Form):
            who = PersonField(directory(shop), label="Quem", initial=chosen)

        form = PrefilledForm(sent({**self.NEW, "who": f"#{chosen.pk}"}))
        assert form.is_valid(), form.errors
        assert str(form.cleaned_data["who"]) == "Rita Souza"

    def test_one_who_was_chosen_and_another_who_is_added_are_one_too_many(self, shop):
        chosen = PersonFactory(company=shop, name="Bia")
        form = one({**self.NEW, "who": f"#{chosen.pk}"}, shop)
        assert form.errors["who"] == ["Você escolheu Bia e começou a incluir “Rita Souza”. Deixe só uma das duas."]
        assert 'value="Rita Souza"' in str(form["who"])

    def test_what_is_missing_or_wrong_is_said_and_all_that_was_typed_is_still_there(self, shop):
        other = CompanyFactory()
        form = one({**self.NEW, "who_1_name": "", "who_1_email": "rita"}, shop, other)
        assert form.errors["who"] == [
            "Nome: Este campo é obrigatório.",
            "E-mail: Informe um e-mail válido.",
            "Escolha a empresa de quem você inclui.",
        ]
        html = str(form["who"])
        assert 'value="11 3333-4444"' in html
        assert '<details class="new-person" open>' in html

    @pytest.mark.parametrize(
        "same", [{"name": "RITA SOUSA "}, {"email": "Rita@Flores.com.br"}, {"phone": "+55 (11) 3333-4444 ramal 9"}]
    )
    def test_who_looks_like_somebody_who_is_there_is_offered_and_chosen(self, shop, same):
        rita = PersonFactory(company=shop, name="Rita Sousa", emails=["rita@flores.com.br"], phone="11 3333-4444")
        typed = {"name": "Maria", "position": "", "email": "", "phone": ""} | same
        data = {f"who_1_{part}": value for part, value in typed.items()}
        form = one(data, shop)
        assert form.errors["who"] == ["Já há alguém assim em Loja das Flores. Confirme abaixo quem é."]
        assert f'value="{rita.pk}" checked' in str(form["who"])
        chosen, new = one({**data, "who_1_same": str(rita.pk)}, shop), one({**data, "who_1_same": "new"}, shop)
        assert chosen.is_valid()
        assert new.is_valid()
        assert chosen.cleaned_data["who"] == rita
        assert isinstance(new.cleaned_data["who"], NewPerson)

    def test_a_name_that_nobody_has_becomes_that_of_who_is_added(self, shop):
        many(shop)
        html = str(one({"who": "Bruno Lima"}, shop)["who"])
        assert 'name="who_1_name" id="id_who_1_name" value="Bruno Lima"' in html
        assert "open" in html

    def test_a_name_carries_no_address(self, shop):
        form = one({"who_1_name": "Ganhe em loja.com"}, shop)
        assert "Escreva só o nome" in form.errors["who"][0]

    def test_nobody_is_added_to_presence_nor_by_somebody_of_another_company(self, shop):
        presence, stranger = PresenceFactory(), a_person(CompanyFactory())
        manager = a_person(presence, Role.MANAGER)
        for company, person in [(presence, manager), (shop, stranger)]:
            with pytest.raises(NotAllowed):
                actions.person_of(NewPerson(company, "Rita"), by=person)
        assert actions.person_of(NewPerson(shop, "Rita"), by=manager).pk

    def test_a_field_that_only_chooses_ignores_what_is_sent_of_somebody_new(self, shop):
        form = one(self.NEW, shop, addable=[])
        assert "Incluir" not in str(form["who"])
        assert form.errors["who"] == ["Este campo é obrigatório."]


class TestSeveral:
    def test_several_are_ticked_and_several_added_each_once(self, shop):
        rita, bia = (PersonFactory(company=shop, name=name) for name in ("Rita", "Bia"))
        data = {
            "who": [f"#{rita.pk}", f"#{bia.pk}", f"#{rita.pk}"],
            "who_1_name": "Caio",
            "who_3_name": "Davi",
        }
        form = several(data, shop)
        assert form.is_valid(), form.errors
        assert [str(choice) for choice in form.cleaned_data["who"]] == ["Rita", "Bia", "Caio", "Davi"]

    def test_of_many_some_are_typed_and_stay_ticked_when_the_form_comes_back(self, shop):
        people = many(shop)
        form = several({"who": ["araujo 3", "araujo"]}, shop)
        assert not form.is_valid()
        html = str(form["who"])
        assert f'value="#{people[3].pk}" checked' in html
        assert 'value="araujo"' in html

    def test_those_of_before_are_ticked(self, shop):
        rita = PersonFactory(company=shop)

        class EditForm(forms.Form):
            who = PeopleField(directory(shop), label="Quem", required=False)

        assert f'value="#{rita.pk}" checked' in str(EditForm(initial={"who": [rita]})["who"])
        assert EditForm(sent({}), initial={"who": [rita]}).has_changed()

    def test_nobody_at_all_is_refused_only_where_somebody_is_needed(self, shop):
        assert several({}, shop).errors["who"] == ["Este campo é obrigatório."]
        form = several({}, shop, required=False)
        assert form.is_valid()
        assert form.cleaned_data["who"] == []
