"""One mailbox has one form, however it is written; two people never have the same."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts import actions as accounts
from apps.accounts.address_changes import vouch_for_address
from apps.accounts.models import User
from apps.companies.models import Role
from apps.companies.people.actions import add_person
from apps.companies.people.forms import NewPersonForm
from apps.core.network import mailboxes
from apps.core.refusals import Invalid
from apps.invitations import actions as invitations
from tests.companies.factories import PASSWORD, CompanyFactory, PresenceFactory, UserFactory, a_person

ACAI = "ana@xn--lojaaa-0ua3c.com.br"
WAYS = [
    "ana@lojaaçaí.com.br",
    "ANA@LojaAçaí.com.br",
    " ana@xn--lojaaa-0ua3c.com.br ",
    "Ana@XN--LOJAAA-0UA3C.com.br",
    "ａｎａ@lojaaçaí.com.br",
    "ana@lojaaçaí．com。br",
    "ana@lojaac\u0327ai\u0301.com.br",
]


class TestForm:
    @pytest.mark.parametrize("way", WAYS)
    def test_every_way_to_write_a_mailbox_is_kept_in_one_form(self, way):
        assert mailboxes.normalised(way) == "ana@xn--lojaaa-0ua3c.com.br"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("ﬁlipe@exemplo.com.br", "filipe@exemplo.com.br"),
            ("İris@exemplo.com.br", "iris@exemplo.com.br"),
            ("ırıs@exemplo.com.br", "iris@exemplo.com.br"),
            ("IRIS@EXEMPLO.COM.BR", "iris@exemplo.com.br"),
            ("\u212aarl@exemplo.com.br", "karl@exemplo.com.br"),  # The sign for kelvin.
        ],
    )
    def test_letters_that_stand_for_others_are_those(self, one, other):
        assert mailboxes.normalised(one) == other

    @pytest.mark.parametrize(
        "text",
        ["", "ana", "@exemplo.com.br", "ana@", "joão@exemplo.com.br", "ana@xn--a.com", "a b@c.com", "а@b.com"],
    )
    def test_what_is_none_is_refused(self, text):
        with pytest.raises(ValueError):
            mailboxes.normalised(text)

    @pytest.mark.parametrize("way", WAYS)
    def test_what_is_kept_stays_as_it_is(self, way):
        assert mailboxes.normalised(mailboxes.normalised(way)) == mailboxes.normalised(way)

    def test_the_field_of_a_form_takes_any_way_and_refuses_what_is_none(self):
        field = mailboxes.MailboxFormField()
        assert {field.clean(way) for way in WAYS} == {mailboxes.normalised(WAYS[0])}
        for wrong in ("ana", "ana@", "x" * 5000 + "@exemplo.com.br"):
            with pytest.raises(ValidationError):
                field.clean(wrong)


@pytest.mark.django_db
class TestPeople:
    @pytest.fixture
    def ana(self):
        return UserFactory(email=WAYS[0])

    @pytest.mark.parametrize("way", WAYS)
    def test_two_people_cannot_have_one_mailbox(self, ana, way):
        with pytest.raises(Invalid):
            accounts.register(email=way, name="Outra Ana", terms=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user(way, name="Outra Ana")

    def test_nor_by_writing_to_the_table_itself(self, ana):
        bia = UserFactory()
        for address in ("ana@lojaaçaí.com.br", ana.email.upper(), ana.email):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE accounts_user SET email = %s WHERE id = %s", [address, bia.pk])

    @pytest.mark.parametrize("way", WAYS[:4])
    def test_any_way_signs_in(self, ana, way):
        answer = Client().post(reverse("account_login"), {"login": way, "password": PASSWORD})
        assert answer.status_code == 302

    @pytest.mark.parametrize("page", ["account_request_login_code", "account_reset_password"])
    def test_any_way_gets_the_mail_and_it_goes_to_the_address_that_is_kept(self, ana, page, mailoutbox):
        Client().post(reverse(page), {"email": WAYS[1]})
        assert mailoutbox[-1].to == [ana.email]
        assert "não" not in mailoutbox[-1].subject.lower()

    def test_an_address_is_not_changed_to_another_person_s(self, ana, mailoutbox):
        bia = UserFactory()
        vouch_for_address(ana)
        browser = Client()
        browser.post(reverse("account_login"), {"login": bia.email, "password": PASSWORD})
        browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        browser.post(reverse("account_email"), {"action_add": "1", "email": WAYS[1]})
        assert not EmailAddress.objects.filter(user=bia, email=ana.email, verified=True).exists()
        assert all("ç" not in row.email for row in EmailAddress.objects.all())

    def test_an_invitation_to_any_way_is_the_person_s(self, ana):
        pm = a_person(PresenceFactory(), Role.PROJECT_MANAGER)
        invitation = invitations.invite(CompanyFactory(), by=pm, email=WAYS[1], name="Ana", role=Role.MEMBER)
        assert invitation.email == ana.email
        assert invitations.accept(invitation, by=ana).user == ana
        with pytest.raises(Invalid):
            invitations.invite(invitation.company, by=pm, email=WAYS[2], name="Ana", role=Role.MEMBER)

    def test_a_contact_counts_once(self):
        pm = a_person(PresenceFactory(), Role.PROJECT_MANAGER)
        company = CompanyFactory()
        add_person(company, by=pm, emails=[WAYS[0]], name="Ana")
        form = NewPersonForm({"name": "Outro nome", "emails": WAYS[1]}, by=pm, company=company)
        assert not form.is_valid()
        assert "Já há alguém assim" in form.errors["same"][0]

    def test_the_command_line_knows_any_way_too(self, ana):
        call_command("createsuperuser", email="CHEFE@Exemplo.com.br", name="Chefe", interactive=False)
        assert User.objects.get(is_superuser=True).email == "chefe@exemplo.com.br"
        with pytest.raises((CommandError, IntegrityError)), transaction.atomic():
            call_command("createsuperuser", email=WAYS[1], name="Outra", interactive=False)
        call_command("erase_person", WAYS[1])
        ana.refresh_from_db()
        assert ana.erased_at
