import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.companies.actions import remove_person
from apps.companies.models import Role
from tests.accounts.proving import prove
from tests.companies.factories import PASSWORD, CompanyFactory, UserFactory, a_person

pytestmark = pytest.mark.django_db


def sign_in(client, **typed):
    return client.post(reverse("account_login"), {"login": "ana@exemplo.com.br", "password": PASSWORD, **typed})


@pytest.fixture
def ana():
    return UserFactory(email="ana@exemplo.com.br", name="Ana Souza")


def test_a_person_signs_in_with_e_mail_and_password(client, ana):
    assert sign_in(client).status_code == 302
    assert client.get(reverse("accounts:profile")).context["user"] == ana


def test_a_wrong_password_is_answered_in_one_plain_sentence_and_keeps_the_e_mail(client, ana):
    page = sign_in(client, password="outra-senha-qualquer").content.decode()
    assert "E-mail ou senha incorretos." in page
    assert 'value="ana@exemplo.com.br"' in page


def test_a_code_by_e_mail_opens_the_door_without_a_password(client, ana):
    client.post(reverse("account_request_login_code"), {"email": ana.email})
    [message] = mail.outbox
    assert message.subject == "Presence Rollout: seu código de entrada"
    code = re.search(r"^    (\S+)$", message.body, re.MULTILINE)[1]
    assert client.post(reverse("account_confirm_login_code"), {"code": code}).status_code == 302
    assert client.get(reverse("accounts:profile")).context["user"] == ana


def test_a_code_asked_for_an_unknown_address_looks_the_same_and_invites_nobody_to_sign_up(client, ana):
    known = client.post(reverse("account_request_login_code"), {"email": ana.email})
    client.cookies.clear()
    unknown = client.post(reverse("account_request_login_code"), {"email": "ninguem@exemplo.com.br"})
    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
    assert "signup" not in mail.outbox[-1].body


def test_nobody_signs_up_alone(client):
    page = client.get(reverse("account_signup")).content.decode()
    assert "Cadastro por convite" in page
    assert "password1" not in page


@pytest.mark.parametrize(
    "name", ["account_login", "account_request_login_code", "account_reset_password", "account_reset_password_done"]
)
def test_the_door_is_open_to_who_did_not_sign_in(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["accounts:profile", "account_change_password", "account_email"])
def test_account_pages_ask_to_sign_in_first_and_then_render(client, client_for, ana, name):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))
    browser = client_for(ana)
    prove(browser)
    assert browser.get(reverse(name)).status_code == 200


def test_a_profile_is_changed_and_the_next_page_speaks_the_new_language(client_for, ana):
    browser = client_for(ana)
    typed = {"name": "Ana P. Souza", "language": "en", "time_zone": "America/Manaus"}
    assert browser.post(reverse("accounts:profile"), typed).status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.language, ana.time_zone) == ("Ana P. Souza", "en", "America/Manaus")
    assert '<html lang="en">' in browser.get(reverse("accounts:profile")).content.decode()


def test_a_profile_without_a_name_is_refused_and_everything_typed_stays(client_for, ana):
    typed = {"name": "", "language": "en", "time_zone": "America/Manaus"}
    answer = client_for(ana).post(reverse("accounts:profile"), typed)
    assert answer.status_code == 422
    assert '<option value="America/Manaus" selected>' in answer.content.decode()
    ana.refresh_from_db()
    assert ana.language == "pt-br"


def test_an_unknown_time_zone_is_refused(client_for, ana):
    typed = {"name": "Ana", "language": "en", "time_zone": "Marte/Olympus"}
    assert client_for(ana).post(reverse("accounts:profile"), typed).status_code == 422


def test_the_language_of_the_menu_follows_the_person_to_other_devices(client_for, ana):
    client_for(ana).post(reverse("set_language"), {"language": "en", "next": "/conta/perfil/"})
    ana.refresh_from_db()
    assert ana.language == "en"


def test_a_visitor_chooses_the_language_of_the_door(client):
    client.post(reverse("set_language"), {"language": "en", "next": reverse("account_login")})
    assert '<html lang="en">' in client.get(reverse("account_login")).content.decode()


def test_a_language_that_does_not_exist_changes_nothing(client_for, ana):
    client_for(ana).post(reverse("set_language"), {"language": "xx"})
    ana.refresh_from_db()
    assert ana.language == "pt-br"


def test_pages_carry_no_inline_script_or_style(client_for, ana):
    page = client_for(ana).get(reverse("accounts:profile")).content.decode()
    assert re.search(r"<script(?![^>]*\ssrc=)", page) is None
    assert re.search(r"\sstyle=|\son[a-z]+=", page) is None


class TestSessions:
    def test_a_person_sees_where_they_are_signed_in_and_ends_the_others(self, client, ana):
        elsewhere = Client(HTTP_USER_AGENT="Telefone")
        sign_in(elsewhere)
        sign_in(client)
        url = reverse("usersessions_list")
        assert "Telefone" in client.get(url).content.decode()
        page = client.post(url, follow=True).content.decode()
        assert "As outras sessões foram encerradas." in page
        assert "Telefone" not in page
        assert elsewhere.get(reverse("accounts:profile")).status_code == 302
        assert client.get(reverse("accounts:profile")).status_code == 200

    def test_removal_from_a_company_ends_every_open_session(self, client):
        company = CompanyFactory()
        ana = a_person(company)
        lead = a_person(company, Role.LEAD)
        client.post(reverse("account_login"), {"login": ana.email, "password": PASSWORD})
        assert client.get(reverse("accounts:profile")).status_code == 200
        remove_person(ana.memberships.get(), by=lead)
        assert client.get(reverse("accounts:profile")).status_code == 302
