"""Who signs is chosen from the directory of people; who cannot sign in yet is invited, and nothing is drafted meanwhile."""

import html
import re
from string import ascii_lowercase

import pytest
from django.core import mail
from django.urls import reverse

from apps.companies.models import Person, Purpose, Role
from apps.companies.people import actions as people
from apps.core import clock
from apps.core.process import Stage
from apps.core.web.search import MOST_LISTED
from apps.invitations import actions as invitations
from apps.invitations.models import LIFETIME, Invitation
from apps.limits.actions import DAY, Limit
from apps.rollouts.models import Rollout
from apps.stages.acceptance.forms import DraftForm
from apps.stages.acceptance.models import AcceptanceTerm
from tests.acceptance.factories import a_draft, opened, sent, signatory
from tests.access.queries import counted
from tests.accounts.proving import is_asked, mailed_code, prove
from tests.companies.factories import MembershipFactory, PersonFactory, a_person
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 teste"
INVITED = "recebeu um convite; quem assina precisa entrar no sistema antes. "
NEW = {"client_1_name": "Rita Alves", "client_1_position": "Diretora", "client_1_email": "rita@loja.com.br"}


@pytest.fixture(scope="module")
def standing_term(stand):
    return stand(lambda: opened(a_draft(), pdf=PDF))


@pytest.fixture
def term(standing_term):
    return standing_term.copy()


@pytest.fixture
def shop(term):
    return term.rollout.company("client")


@pytest.fixture
def fields(term):
    who = term.rollout.people
    return sent(term, {"client": who["client"], "integrator": who["integrator"], "presence": who["pm"]})


@pytest.fixture
def draft(term, client_for, fields):
    """``draft(who, **fields)``: the answer to the form, with what it says, where somebody sends it."""

    def send(who="pm", **changes):
        url = reverse("acceptance:draft", args=[term.rollout_id])
        answer = client_for(term.rollout.people[who]).post(url, {**fields, **changes})
        answer.text_shown = html.unescape(answer.content.decode())
        return answer

    return send


def newest(term):
    return AcceptanceTerm.objects.filter(rollout=term.rollout_id).latest("version")


def form(term, who="pm", data=None):
    return DraftForm(data, rollout=Rollout.objects.get(pk=term.rollout_id), by=term.rollout.people[who])


def many(company):
    return [a_person(company, name=f"José Araújo X{letter}") for letter in ascii_lowercase[: MOST_LISTED + 2]]


def without_access(company, **fields):
    return PersonFactory(**{"company": company, "name": "Rita Alves", "emails": ["rita@loja.com.br"], **fields})


class TestWhoIsChosen:
    def test_by_a_few_letters_among_many(self, term, shop, draft):
        person = many(shop)[7]
        assert draft(client="araujo xh").status_code == 302
        assert signatory(newest(term), "client").user == person

    def test_a_text_that_means_several_names_them_and_everything_typed_stays(self, term, shop, draft):
        many(shop)
        answer = draft(client="araujo", step_client="3")
        assert answer.status_code == 422
        assert "Mais de uma pessoa serve: José Araújo" in answer.text_shown
        assert 'value="araujo"' in answer.text_shown
        assert '<option value="3" selected>' in answer.text_shown
        assert newest(term) == term

    def test_nobody_inactive_is_offered_or_chosen(self, term, shop, draft):
        gone = without_access(shop)
        Person.objects.filter(pk=gone.pk).update(inactive_at=gone.created_at)
        ended = a_person(shop, name="Conta Encerrada", is_active=False)
        field = str(form(term)["client"])
        assert "Rita Alves" not in field
        assert "Conta Encerrada" not in field
        for person in (gone, ended.people.get()):
            assert draft(client=f"#{person.pk}").status_code == 422
        assert newest(term) == term

    def test_somebody_of_another_party_is_not_chosen_by_their_number(self, fields, draft):
        assert draft(client=fields["integrator"]).status_code == 422

    def test_the_usual_signer_is_chosen_beforehand_also_among_many(self, term, shop):
        many(shop)
        usual = a_person(shop, name="Zélia")
        people.give_purpose(usual.people.get(), Purpose.SIGNATORY)
        shown = form(term)
        assert shown["client"].initial.user == usual
        assert "Zélia" in str(shown["client"])
        assert shown["presence"].initial.user == term.rollout.people["pm"]
        assert shown["platform"].initial is None

    def test_without_one_the_first_who_can_sign_in_is(self, term, shop):
        without_access(shop, name="Aaron", purposes=[Purpose.SIGNATORY])
        first = a_person(shop, name="Abel")
        assert form(term)["client"].initial.user == first

    def test_at_presence_nobody_stands_in_for_a_project_manager_who_left(self, term):
        manager = term.rollout.people["pm"]
        manager.memberships.all().delete()
        people.leave(term.rollout.company("presence"), manager)
        assert form(term, "manager")["presence"].initial is None

    def test_nobody_signs_on_both_sides(self, term, shop, draft, client_for):
        both = term.rollout.people["integrator"]
        MembershipFactory(user=both, company=shop)
        answer = draft(client=f"#{both.people.get(company=shop).pk}")
        assert answer.status_code == 403
        assert newest(term) == term

    def test_the_four_fields_read_their_people_in_one_query(self, term, shop):
        many(shop)
        rollout = Rollout.objects.get(pk=term.rollout_id)
        rollout.companies()
        by = term.rollout.people["pm"]
        assert by.has_perm("companies.add_person", shop)
        with counted() as statements:
            shown = DraftForm(rollout=rollout, by=by)
            assert all(str(field) for field, _step in shown.rows())
        assert len([text for text in statements if "companies_person" in text]) == 1


class TestWhoCannotSignInYet:
    def test_somebody_of_the_directory_is_invited_once_and_nothing_is_drafted(
        self, term, shop, draft, django_capture_on_commit_callbacks, a_worker
    ):
        person = without_access(shop)
        with django_capture_on_commit_callbacks(execute=True):
            answer = draft(client="rita", step_client="2")
        assert answer.status_code == 422
        assert f"Rita Alves {INVITED}Redija o termo depois que entrar, ou escolha outra pessoa." in answer.text_shown
        assert f'<option value="#{person.pk}" selected>' in answer.text_shown
        assert '<option value="2" selected>' in answer.text_shown
        invitation = Invitation.objects.get()
        assert (invitation.person, invitation.email, invitation.role) == (person, "rita@loja.com.br", Role.MEMBER)
        assert invitation.rollout == term.rollout
        assert [message.to for message in mail.outbox] == [["rita@loja.com.br"]]
        assert newest(term) == term
        again = draft(client=f"#{person.pk}")
        assert again.status_code == 422
        assert "Rita Alves já tem um convite à espera" in again.text_shown
        assert Invitation.objects.get().serial == 1

    def test_an_invitation_that_ended_is_sent_again(self, shop, draft):
        person = without_access(shop)
        draft(client=f"#{person.pk}")
        Invitation.objects.update(expires_at=clock.now() - LIFETIME)
        assert "recebeu o convite de novo" in draft(client=f"#{person.pk}").text_shown
        assert Invitation.objects.get().serial == 2

    def test_once_they_came_in_they_sign(self, term, shop, draft):
        person = without_access(shop)
        draft(client=f"#{person.pk}")
        user = a_person(shop, email="outra@loja.com.br")
        Person.objects.filter(user=user).exclude(pk=person.pk).update(user=None, name="Outra")
        Person.objects.filter(pk=person.pk).update(user=user, name="")
        assert draft(client=f"#{person.pk}").status_code == 302
        assert signatory(newest(term), "client").user == user

    def test_somebody_added_in_place_is_of_the_directory_then_and_chosen(self, term, shop, draft):
        answer = draft(**NEW)
        person = shop.people.get(name="Rita Alves")
        assert answer.status_code == 422
        assert f"Rita Alves {INVITED}" in answer.text_shown
        assert (person.position, person.addresses) == ("Diretora", ["rita@loja.com.br"])
        assert Invitation.objects.get().person == person
        assert f'<option value="#{person.pk}" selected>' in answer.text_shown
        assert 'name="client_1_name" id="id_client_1_name" value=""' in answer.text_shown
        assert newest(term) == term

    def test_two_of_two_parties_are_each_told_of_at_their_field(self, draft):
        other = {"integrator_1_name": "Nara Lima", "integrator_1_email": "nara@integra.com.br"}
        answer = draft(**NEW, **other)
        assert re.findall(r"(\w+ \w+) recebeu um convite", answer.text_shown) == ["Rita Alves", "Nara Lima"]
        assert Invitation.objects.count() == 2

    def test_without_an_address_the_sentence_says_so_and_nobody_is_invited(self, shop, draft):
        answer = draft(**{**NEW, "client_1_email": ""})
        assert answer.status_code == 422
        assert f"Rita Alves está no cadastro de {shop}, mas sem e-mail não há como convidar" in answer.text_shown
        assert shop.people.filter(name="Rita Alves").count() == 1
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("whose", ["pm", "analyst", "client_member"])
    def test_an_address_that_cannot_be_invited_adds_nobody_and_stays_typed(self, term, shop, draft, whose):
        email = term.rollout.people[whose].email
        answer = draft(**{**NEW, "client_1_email": email})
        assert answer.status_code == 422
        assert f'value="{email}"' in answer.text_shown
        assert not shop.people.filter(name="Rita Alves").exists()
        assert not Invitation.objects.exists()

    def test_who_lost_their_place_is_invited_back(self, term, shop, draft):
        user = a_person(shop, name="Vera")
        user.memberships.all().delete()
        answer = draft(client=f"#{user.people.get().pk}")
        assert f"Vera {INVITED}" in answer.text_shown
        assert Invitation.objects.get().email == user.email

    @pytest.mark.parametrize(("who", "is_invited"), [("pm", False), ("manager", True)])
    def test_at_presence_a_manager_invites_and_a_project_manager_asks_for_it(self, term, draft, who, is_invited):
        person = without_access(term.rollout.company("presence"))
        answer = draft(who, presence=f"#{person.pk}")
        assert answer.status_code == 422
        assert ("só um gestor da Presence convida" in answer.text_shown) is not is_invited
        assert [(row.person, row.role) for row in Invitation.objects.all()] == (
            [(person, Role.ANALYST)] if is_invited else []
        )

    def test_nobody_is_added_to_presence_in_place(self, term, draft):
        assert 'name="presence_1_name"' not in str(form(term)["presence"])
        answer = draft(presence="", presence_1_name="Alguém", presence_1_email="x@presence.com.br")
        assert answer.status_code == 422
        assert not Person.objects.filter(name="Alguém").exists()

    @pytest.mark.parametrize("in_the_way", ["stage", "field", "signed"])
    def test_nobody_is_added_or_invited_where_no_term_would_be_drafted(self, term, shop, draft, in_the_way):
        changes = {}
        if in_the_way == "stage":
            at_stage(term.rollout, Stage.HOMOLOGATION)
        elif in_the_way == "signed":
            AcceptanceTerm.objects.filter(pk=term.pk).update(state=AcceptanceTerm.State.SIGNED)
        else:
            changes = {"integrator": ""}
        assert draft(**NEW, **changes).status_code in (409, 422)
        assert not shop.people.filter(name="Rita Alves").exists()
        assert not Invitation.objects.exists()

    def test_beyond_the_limit_of_a_day_nobody_is_added_and_what_was_typed_stays(self, shop, draft, monkeypatch):
        monkeypatch.setattr(invitations, "BY_ONE_PERSON", Limit("invitations-by", ((1, DAY),)))
        assert draft(**NEW).status_code == 422
        other = {"client_1_name": "Nara Lima", "client_1_email": "nara@loja.com.br"}
        answer = draft(**other)
        assert answer.status_code == 429
        assert 'value="nara@loja.com.br"' in answer.text_shown
        assert not shop.people.filter(name="Nara Lima").exists()
        assert Invitation.objects.count() == 1

    def test_who_may_not_draft_adds_nobody(self, shop, draft):
        assert draft("analyst", **NEW).status_code == 403
        assert not shop.people.filter(name="Rita Alves").exists()

    def test_in_english(self, term, shop, draft):
        user = term.rollout.people["pm"]
        user.language = "en"
        user.save(update_fields=["language"])
        answer = draft(**NEW)
        assert "Rita Alves received an invitation; whoever signs has to have access first." in answer.text_shown
        assert "Draft the term once they have signed in, or choose somebody else." in answer.text_shown


class TestInstead:
    @pytest.fixture
    def designation(self, term, shop, client_for):
        """``designation(who, to=…)``: the answer where the client's signatory left and ``who`` names another."""
        left = signatory(term, "client").user
        left.memberships.all().delete()
        people.leave(shop, left)
        row = signatory(term, "client")

        def send(who="manager", **fields):
            user = term.rollout.people.get(who) or who
            browser = client_for(user)
            prove(browser)
            url = reverse("acceptance:designate", args=[term.rollout_id, row.pk])
            answer = browser.post(url, {"reason": "Saiu em julho", **fields})
            answer.text_shown = html.unescape(answer.content.decode())
            return answer

        return send

    def test_a_substitute_is_chosen_by_a_few_letters(self, term, shop, designation):
        person = many(shop)[3]
        assert designation(to="araujo xd").status_code == 302
        assert signatory(term, "client").user == person

    def test_a_substitute_without_access_is_invited_and_the_reason_stays(self, term, shop, designation):
        answer = designation(to_1_name="Rita Alves", to_1_email="rita@loja.com.br", to="")
        assert answer.status_code == 422
        assert f"Rita Alves {INVITED}Designe depois que entrar, ou escolha outra pessoa." in answer.text_shown
        assert 'value="Saiu em julho"' in answer.text_shown
        assert Invitation.objects.get().person == shop.people.get(name="Rita Alves")
        assert signatory(term, "client").designated_by == ""

    def test_nobody_is_invited_instead_of_somebody_who_is_still_there(self, term, shop, client_for):
        person = without_access(shop)
        browser = client_for(term.rollout.people["manager"])
        prove(browser)
        url = reverse("acceptance:designate", args=[term.rollout_id, signatory(term, "client").pk])
        assert browser.post(url, {"to": f"#{person.pk}", "reason": "x"}).status_code == 409
        assert not Invitation.objects.exists()

    def passes_on(self, term, user, client_for, **fields):
        row, browser = signatory(term, "client"), client_for(user)
        prove(browser)
        answer = browser.post(reverse("acceptance:delegate", args=[term.rollout_id, row.pk]), fields)
        answer.text_shown = html.unescape(answer.content.decode())
        return answer

    def test_a_signature_is_passed_on_by_a_few_letters_but_not_to_oneself(self, term, shop, client_for):
        user, person = term.rollout.people["client"], many(shop)[5]
        own_record = user.people.get(company=shop)
        assert self.passes_on(term, user, client_for, to=f"#{own_record.pk}").status_code == 422
        assert self.passes_on(term, user, client_for, to="araujo xf").status_code == 302
        assert signatory(term, "client").user == person

    def test_a_lead_invites_whom_they_pass_it_on_to(self, term, shop, client_for):
        person = without_access(shop)
        answer = self.passes_on(term, term.rollout.people["client"], client_for, to=f"#{person.pk}")
        assert answer.status_code == 422
        assert f"{INVITED}Passe a assinatura depois que entrar, ou escolha outra pessoa." in answer.text_shown
        assert Invitation.objects.get().invited_by == term.rollout.people["client"]

    def test_a_member_who_may_not_invite_reads_whom_to_ask_and_what_else_is_missing(self, term, shop, client_for):
        member = term.rollout.people["client_member"]
        term.signatories.filter(role="client").update(user=member)
        answer = self.passes_on(term, member, client_for, to="", to_1_name="Rita Alves")
        assert answer.status_code == 422
        assert (
            "Peça o convite ao responsável dela ou a um gerente da Presence. Falta também o e-mail" in answer.text_shown
        )
        assert shop.people.filter(name="Rita Alves").count() == 1
        assert not Invitation.objects.exists()

    def test_who_was_typed_waits_in_the_form_while_the_proof_is_given(self, term, client_for):
        row = signatory(term, "client")
        browser = client_for(row.user)
        url = reverse("acceptance:delegate", args=[term.rollout_id, row.pk])
        asked = browser.post(url, {"to": "", "to_1_name": "Rita Alves", "to_1_email": "rita@loja.com.br"})
        assert is_asked(asked)
        browser.post(asked.url, {"mailed": mailed_code(browser)})
        page = browser.get(reverse("acceptance:sign", args=[term.rollout_id, row.pk])).content.decode()
        assert 'id="delegate_to_1_name" value="Rita Alves"' in page
        assert 'id="delegate_to_1_email" value="rita@loja.com.br"' in page
