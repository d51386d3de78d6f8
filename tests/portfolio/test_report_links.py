"""The page of the newest report that a client opens by a link, without signing in."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.companies.actions import remove_person
from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.portfolio.models import ReportLink
from apps.portfolio.reports import links, names
from apps.portfolio.reports.forms import LinkForm
from apps.rollouts import actions as rollouts
from apps.rollouts import parties
from apps.rollouts.models import Rollout
from tests.companies.factories import CompanyFactory, PersonFactory
from tests.portfolio.factories import a_draft
from tests.portfolio.factories import a_sent_report as send
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory()


def a_link(rollout, person="client", days=30):
    return links.make(rollout, by=rollout.people[person], days=days)


def get(secret, browser=None):
    return (browser or Client()).get(reverse("portfolio:public_report", args=[secret]))


class TestWhatItShows:
    def test_anybody_with_the_link_reads_the_newest_report(self, rollout):
        send(rollout, summary="O primeiro.")
        send(rollout, summary="O segundo.")
        page = get(a_link(rollout)[1])
        assert page.status_code == 200
        assert "O segundo." in page.text
        assert "O primeiro." not in page.text

    def test_before_the_first_report_it_says_so(self, rollout):
        assert "Nenhum relatório enviado ainda" in get(a_link(rollout)[1]).text

    def test_it_names_nobody(self, rollout):
        names_of = {}
        for number, (place, user) in enumerate(rollout.people.items()):
            user.name = f"Nomeado{number} Sobrenome{number}"
            user.save()
            names_of[place] = user.name
        rollouts.hold(rollout, by=rollout.people["pm"], caused_by="client", reason="A Beatriz viajou", seen_version=0)
        rollout.refresh_from_db()
        send(rollout, light="attention")
        text = get(a_link(rollout)[1]).text
        assert "por causa de" in text
        for user in rollout.people.values():
            assert user.name not in text
            assert user.email not in text
        assert "Beatriz" not in text

    @pytest.mark.parametrize(
        "summary",
        ["Falamos com Marcela ontem.", "Escreva a x@loja.com.br", "Ligue para (11) 91234-5678", "Veja loja.com/x"],
    )
    def test_words_that_may_name_somebody_are_left_out(self, rollout, summary):
        PersonFactory(company=rollout.company("client"), name="Marcela Prado")
        send(rollout, summary=summary)
        assert summary.split()[-1] not in get(a_link(rollout)[1]).text

    @pytest.mark.parametrize(
        "text",
        [
            "João/Maria", "Maria's", "Maria–Clara", "*Maria*", "«Maria»", "‘Maria’", "Maria…", "Maria_Souza", "Ma\u200bria",
            "Ma\u00adria", "\uff2daria", "com maria souza", "maria de souza", "souza, maria",
        ],
    )  # fmt: skip
    def test_a_name_is_seen_in_whatever_punctuation_it_stands(self, rollout, text):
        PersonFactory(company=rollout.company("client"), name="Maria de Souza")
        assert names.personal_data_in(rollout, f"Falamos {text} ontem")

    @pytest.mark.parametrize("name", ["Ana-Clara Dias", "O'Clara Dias", "Ana\u200bClara (Dias)"])
    def test_the_parts_of_a_name_are_split_as_those_of_the_text(self, rollout, name):
        PersonFactory(company=rollout.company("client"), name=name)
        assert names.personal_data_in(rollout, "Falamos com Dias") == ["Dias"]

    def test_whoever_writes_them_is_told(self, rollout, client_for):
        PersonFactory(company=rollout.company("client"), name="Marcela Prado")
        a_draft(rollout)
        browser = client_for(rollout.people["pm"])
        address = reverse("portfolio:report_draft", args=[rollout.pk])
        typed = {"light": "on_course", "summary": "Com Marcela.", "seen_version": rollout.version, "do": "save"}
        assert "parece citar alguém (Marcela)" in browser.post(address, typed, follow=True).text

    def test_ordinary_words_are_no_names(self, rollout):
        PersonFactory(company=rollout.company("client"), name="Rosa da Prata")
        assert names.personal_data_in(rollout, "Entregamos a prata e a rosa em 12/11, 1.500 pedidos.") == []

    def test_no_search_engine_keeps_it_and_no_other_site_learns_of_it(self, rollout):
        for page in (get(a_link(rollout)[1]), get("nada")):
            assert "noindex" in page["X-Robots-Tag"]
            assert page["Referrer-Policy"] == "no-referrer"
            assert "no-store" in page["Cache-Control"]

    def test_who_is_signed_in_reads_the_same(self, rollout, client_for):
        send(rollout)
        assert "Tudo certo por aqui." in get(a_link(rollout)[1], client_for(rollout.people["stranger"])).text

    def test_when_it_was_used_last_is_noted(self, rollout):
        link, secret = a_link(rollout)
        get(secret)
        link.refresh_from_db()
        assert link.last_used_at is not None


class TestWhatOpensNothing:
    def test_a_link_that_ended_is_answered_as_one_that_never_was(self, rollout):
        revoked, over = a_link(rollout), a_link(rollout)
        links.revoke(revoked[0], by=rollout.people["pm"])
        ReportLink.objects.filter(pk=over[0].pk).update(expires_at=clock.now())
        pages = [get(secret) for secret in (revoked[1], over[1], "nunca-existiu")]
        assert {page.status_code for page in pages} == {404}
        assert len({re.sub(r"[A-Za-z0-9]{64}", "", page.text) for page in pages}) == 1  # But for the token of forms.
        headers = [{name: value for name, value in page.headers.items() if name != "X-Request-ID"} for page in pages]
        assert headers[0] == headers[1] == headers[2]
        assert "Este link não mostra nenhum relatório" in pages[0].text

    def test_it_is_good_to_the_end_of_its_last_day_in_sao_paulo(self, rollout):
        link, secret = a_link(rollout, days=30)
        with clock.at(link.expires_at - timedelta(minutes=1)):
            assert get(secret).status_code == 200
        with clock.at(link.expires_at):
            assert get(secret).status_code == 404
        assert links.last_day(link) == clock.today() + timedelta(days=30)

    def test_another_client_ends_it_also_when_the_first_comes_back(self, rollout):
        secret = a_link(rollout)[1]
        client, other = rollout.company("client"), CompanyFactory()
        for company in (other, client):
            fresh = Rollout.objects.get(pk=rollout.pk)
            parties.replace(fresh, "client", by=rollout.people["pm"], company=company, reason="Venda da loja")
            assert get(secret).status_code == 404

    def test_another_integrator_does_not(self, rollout):
        secret = a_link(rollout)[1]
        other = CompanyFactory(kind="integrator")
        parties.replace(rollout, "integrator", by=rollout.people["pm"], company=other, reason="Outro contrato")
        assert get(secret).status_code == 200

    def test_it_ends_with_the_place_of_who_made_it(self, rollout, client_for):
        secret = a_link(rollout)[1]
        remove_person(rollout.people["client"].memberships.get(), by=rollout.people["manager"])
        assert get(secret).status_code == 404
        page = client_for(rollout.people["pm"]).get(reverse("portfolio:reports", args=[rollout.pk]))
        assert "terminou com a saída de quem o criou" in page.text

    @pytest.mark.parametrize(("person", "role"), [("client", "member"), ("pm", "analyst")])
    def test_it_ends_with_the_role_it_was_made_with(self, rollout, client_for, person, role):
        secret = a_link(rollout, person)[1]
        assert get(secret).status_code == 200
        rollout.people[person].memberships.update(role=role)
        assert get(secret).status_code == 404
        page = client_for(rollout.people["manager"]).get(reverse("portfolio:reports", args=[rollout.pk]))
        assert "terminou com a mudança de papel de quem o criou" in page.text

    def test_guessing_is_slowed_down(self, rollout):
        browser = Client()
        with clock.at(clock.now()):
            statuses = [get(f"nada-{number}", browser).status_code for number in range(31)]
        assert statuses[:30] == [404] * 30
        assert statuses[30] == 429

    def test_it_stays_after_the_end_of_the_project_until_it_is_revoked(self, rollout):
        send(rollout)
        link, secret = a_link(rollout)
        rollout = at_stage(rollout, "completed")
        assert get(secret).status_code == 200
        links.revoke(ReportLink.objects.get(pk=link.pk), by=rollout.people["client"])
        assert get(secret).status_code == 404


class TestMakingAndRevoking:
    def test_only_its_digest_is_stored_and_the_timeline_tells_of_it_without_it(self, rollout):
        link, secret = a_link(rollout)
        assert secret not in str(ReportLink.objects.values().get())
        links.revoke(link, by=rollout.people["pm"])
        links.revoke(link, by=rollout.people["pm"])
        events = list(rollout.events.order_by("sequence"))
        assert [event.kind for event in events] == ["portfolio.link_made", "portfolio.link_revoked"]
        assert secret not in str([event.data for event in events])
        assert "link público nº 1" in events[0].describe()

    def test_it_is_shown_once(self, rollout, client_for):
        browser = client_for(rollout.people["client"])
        answer = browser.post(reverse("portfolio:make_report_link", args=[rollout.pk]), {"days": "30"})
        link = answer.context["link"]
        assert link in answer.text
        assert answer["Cache-Control"] == "no-store"
        assert Client().get(link).status_code == 200
        assert link not in browser.get(reverse("portfolio:reports", args=[rollout.pk])).text

    def test_of_two_clicks_the_link_that_nobody_saw_ends(self, rollout, client_for):
        browser, address = (
            client_for(rollout.people["client"]),
            reverse("portfolio:make_report_link", args=[rollout.pk]),
        )
        now = clock.now()
        with clock.at(now):
            others, unseen, shown = (
                a_link(rollout, "pm")[1],
                *(browser.post(address, {"days": "30"}).context["link"] for _click in range(2)),
            )
        assert [Client().get(link).status_code for link in (unseen, shown)] == [404, 200]
        assert get(others).status_code == 200
        with clock.at(now + links.A_SECOND_CLICK):
            browser.post(address, {"days": "30"})
        assert Client().get(shown).status_code == 200

    @pytest.mark.parametrize("person", ["client_member", "analyst", "integrator", "platform", "stranger"])
    def test_only_the_clients_lead_and_project_managers_make_and_revoke(self, rollout, client_for, person):
        link, _secret = a_link(rollout)
        with pytest.raises(NotAllowed):
            a_link(rollout, person)
        with pytest.raises(NotAllowed):
            links.revoke(link, by=rollout.people[person])
        if person != "stranger":
            page = client_for(rollout.people[person]).get(reverse("portfolio:reports", args=[rollout.pk]))
            assert "Links públicos" not in page.text

    def test_for_how_long_is_chosen_among_a_few(self, rollout):
        with pytest.raises(Invalid):
            a_link(rollout, days=3_650)

    def test_the_choice_reads_in_the_readers_language(self):
        with translation.override("en"):
            assert "30 days" in str(LinkForm())

    def test_there_are_at_most_ten_at_once(self, rollout):
        for _number in range(10):
            link, _secret = a_link(rollout)
        with pytest.raises(Refusal):
            a_link(rollout)
        links.revoke(link, by=rollout.people["client"])
        assert a_link(rollout)

    def test_a_closed_project_gets_none(self, rollout):
        with pytest.raises(Refusal):
            a_link(at_stage(rollout, "cancelled"))

    def test_another_projects_link_is_not_found(self, rollout, client_for):
        link, _secret = a_link(RolloutFactory(client=rollout.company("client")))
        rollout_of_link = link.rollout_id
        browser = client_for(rollout.people["client"])
        answer = browser.post(reverse("portfolio:revoke_report_link", args=[rollout.pk, link.number]))
        assert answer.status_code == 404
        assert ReportLink.objects.get(rollout=rollout_of_link).revoked_at is None
