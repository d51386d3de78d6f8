"""Another company takes a party's place: what was done stays the old one's, what is open is the new one's."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from apps.companies.models import Kind, Membership, Role
from apps.core import clock
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Invalid, Refusal
from apps.notices.actions import consume, send_waiting
from apps.prerequisites import actions as prerequisites
from apps.prerequisites.models import Prerequisite
from apps.rollouts import actions, parties, read_model
from apps.rollouts.models import Assignment, Rollout
from apps.stages.acceptance.models import AcceptanceTerm
from apps.vault.models import Secret
from tests.acceptance.factories import a_draft, a_sealed_term, opened, signs
from tests.api.factories import ApiTokenFactory
from tests.companies.factories import CompanyFactory, a_person
from tests.golive.factories import a_rollout_going_live, all_say_go
from tests.invitations.factories import InvitationFactory
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import PlatformFactory, RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory()


def a_company(kind=Kind.INTEGRATOR):
    company = CompanyFactory(kind=kind)
    company.lead = a_person(company, Role.LEAD)
    return company


def replace(rollout, role="integrator", company=None, **more):
    kind = {"integrator": Kind.INTEGRATOR, "client": Kind.CLIENT, "platform": Kind.PLATFORM}[role]
    company = company or a_company(kind)
    by = rollout.people["pm"]
    parties.replace(rollout, role, **{"by": by, "company": company, "reason": "Contrato desfeito", **more})
    return company


def fresh(rollout):
    people = rollout.people
    rollout = Rollout.objects.get(pk=rollout.pk)
    rollout.people = people
    return rollout


class TestTheSides:
    @pytest.mark.parametrize("role", ["integrator", "client", "platform"])
    def test_the_new_company_sees_the_project_and_the_old_one_no_more(self, rollout, role, client_for):
        company = replace(rollout, role)
        url = rollout.get_absolute_url()
        assert client_for(company.lead).get(url).status_code == 200
        assert client_for(rollout.people[role]).get(url).status_code == 404
        assert fresh(rollout).company(role) == company

    def test_the_record_keeps_who_it_was_until_when_and_why(self, rollout, client_for):
        before = rollout.company("integrator")
        replace(rollout)
        former = rollout.former_parties.get()
        assert (former.company, former.role, former.reason) == (before, "integrator", "Contrato desfeito")
        then, now = former.until - timedelta(seconds=1), clock.now()
        assert parties.company_at(fresh(rollout), "integrator", then) == before
        assert parties.company_at(fresh(rollout), "integrator", now) == fresh(rollout).company("integrator")
        page = client_for(rollout.people["pm"]).get(rollout.get_absolute_url()).content.decode()
        assert before.trade_name in page

    def test_both_companies_are_told_and_the_old_one_without_a_link(self, rollout):
        company = replace(rollout)
        consume(rollout.events.get(kind="rollouts.party_replaced"))
        send_waiting()
        bodies = {message.to[0]: message.body for message in mail.outbox}
        assert rollout.get_absolute_url() in bodies[company.lead.email]
        assert rollout.get_absolute_url() not in bodies[rollout.people["integrator"].email]

    @pytest.mark.parametrize(
        ("company", "match"),
        [("same", "já é quem"), ("stranger", "os de outro"), ("platform kind", "os de outro")],
    )
    def test_a_company_that_cannot_play_the_role_is_refused(self, rollout, company, match):
        companies = {
            "same": rollout.company("integrator"),
            "stranger": CompanyFactory(kind=Kind.CLIENT),
            "platform kind": CompanyFactory(kind=Kind.PLATFORM),
        }
        with pytest.raises(Invalid, match=match) as refusal:
            replace(rollout, company=companies[company])
        assert refusal.value.field == "company"
        assert not rollout.former_parties.exists()

    def test_it_needs_a_reason_and_an_open_project(self, rollout):
        with pytest.raises(Invalid) as refusal:
            replace(rollout, reason=" ")
        assert refusal.value.field == "reason"
        with pytest.raises(Refusal, match="encerrado"):
            replace(at_stage(rollout, Stage.COMPLETED))

    def test_a_client_that_builds_its_own_connector_leaves_both_places(self):
        client = CompanyFactory(kind=Kind.CLIENT)
        rollout = RolloutFactory(client=client, integrator=client)
        company = replace(rollout, "client")
        assert {fresh(rollout).company(role) for role in ("client", "integrator")} == {company}
        assert {row.role for row in rollout.former_parties.all()} == {"client", "integrator"}

    def test_the_page_says_first_what_it_means_and_keeps_what_was_typed(self, rollout, client_for):
        url = reverse("rollouts:replace_party", args=[rollout.pk, "client"])
        browser, company = client_for(rollout.people["pm"]), a_company(Kind.CLIENT)
        assert "fica no registro em nome dela" in browser.get(url).content.decode()
        refused = browser.post(url, {"company": company.pk, "credentials": "purge", "reason": ""})
        assert refused.status_code == 422
        assert f'value="{company.pk}" selected' in refused.content.decode()
        data = {"company": company.pk, "credentials": "hand_over", "reason": "Comprada por outra rede"}
        assert browser.post(url, data).status_code == 302
        assert fresh(rollout).company("client") == company


class TestWhatPassesOn:
    def test_what_was_owed_is_the_new_companys(self, rollout, client_for):
        item = PrerequisiteFactory(rollout=rollout, owner="integrator")
        company = replace(rollout)
        prerequisites.submit(item, by=company.lead, text="Pronto")
        assert Prerequisite.objects.get(pk=item.pk).state == "submitted"

    def test_takers_invitations_and_tokens_of_the_old_company_end(self, rollout):
        before = rollout.company("integrator")
        Assignment.objects.create(
            rollout=rollout, requirement="x:y", membership=Membership.objects.get(user=rollout.people["integrator"])
        )
        invitation = InvitationFactory(company=before, rollout=rollout)
        elsewhere = InvitationFactory(company=before)
        token = ApiTokenFactory(rollout=rollout)
        replace(rollout)
        for row in (invitation, elsewhere, token):
            row.refresh_from_db()
        assert not rollout.assignments.exists()
        assert invitation.revoked_at
        assert elsewhere.revoked_at is None
        assert token.revoked_at

    def test_of_a_company_that_stays_in_another_role_nothing_ends(self):
        platform = CompanyFactory(kind=Kind.PLATFORM)
        rollout = RolloutFactory(platform_company=platform, integrator=platform)
        token = ApiTokenFactory(rollout=rollout, person=a_person(platform))
        replace(rollout, "integrator")
        token.refresh_from_db()
        assert token.revoked_at is None

    def test_contacts_of_the_old_company_are_asked_of_the_new_one(self, rollout):
        item = PrerequisiteFactory(rollout=rollout, owner="integrator", kind="contact")
        contact = {"name": "Rita", "email": "rita@exemplo.com.br", "phone": "", "position": ""}
        rows = [{"kind": kind, **contact} for kind in ("technical", "decision")]
        prerequisites.submit(item, by=rollout.people["integrator"], contacts=rows)
        prerequisites.accept(item, by=rollout.people["analyst"])
        replace(rollout)
        item = Prerequisite.objects.get(pk=item.pk)
        assert (item.state, item.last.stopped) == ("rejected", "replaced")
        assert [str(row.text) for row in rollout.open_requirements.filter(key=item.requirement_key)] == [
            f"Entregar de novo: {item.title}"
        ]


class TestCredentials:
    @pytest.fixture
    def item(self, rollout):
        item = PrerequisiteFactory(rollout=rollout, credential=True)
        prerequisites.submit(item, by=rollout.people["client"], values={"account": "a", "token": "segredo"})
        prerequisites.accept(item, by=rollout.people["analyst"])
        return item

    def test_purged_ones_are_destroyed_certified_and_asked_of_their_owner_again(self, rollout, item, client_for):
        replace(rollout, credentials="purge")
        assert not Secret.objects.exists()
        item = Prerequisite.objects.get(pk=item.pk)
        assert (item.state, item.last.stopped) == ("rejected", "purged")
        assert rollout.events.filter(kind="prerequisites.purged").count() == 1
        prerequisites.submit(item, by=rollout.people["client"], values={"account": "a", "token": "outro"})
        page = client_for(rollout.people["pm"]).get(reverse("prerequisites:certificate", args=[rollout.pk]))
        assert page.status_code == 200

    @pytest.mark.parametrize("credentials", ["purge", "hand_over"])
    def test_what_every_page_says_in_short_is_worked_out_anew(self, rollout, item, credentials):
        replace(rollout, credentials=credentials)
        assert read_model.differences(Rollout.objects.get(pk=rollout.pk)) == []

    def test_handed_over_ones_stay(self, rollout, item):
        replace(rollout, credentials="hand_over")
        assert Secret.objects.count() == 1
        assert Prerequisite.objects.get(pk=item.pk).state == "accepted"


class TestTheTerm:
    def test_one_that_not_all_signed_is_void_and_says_whose_signatures_were_lost(self):
        term = opened(a_draft(), pdf=b"%PDF-1.7")
        rollout = term.rollout
        signs(term, "client")
        replace(rollout)
        assert AcceptanceTerm.objects.get(pk=term.pk).state == "superseded"
        assert rollout.events.get(kind="acceptance.voided").data["signed"] == ["client"]

    def test_who_had_signed_is_told_in_one_mail_also_where_it_was_for_the_company_that_left(self):
        term = opened(a_draft(), pdf=b"%PDF-1.7")
        rollout = term.rollout
        item = PrerequisiteFactory(rollout=rollout, credential=True)
        prerequisites.submit(item, by=rollout.people["client"], values={"account": "a", "token": "segredo"})
        prerequisites.accept(item, by=rollout.people["analyst"])
        for role in ("client", "integrator"):
            signs(term, role)
        replace(rollout, credentials="purge")
        kinds = (
            rollout.events.filter(kind__startswith="acceptance.").order_by("sequence").values_list("kind", flat=True)
        )
        assert [kind for kind in kinds if kind in ("acceptance.voided", "acceptance.outdated")] == ["acceptance.voided"]
        consume(rollout.events.get(kind="acceptance.voided"))
        mail.outbox.clear()
        send_waiting()
        told = {message.to[0]: message.body for message in mail.outbox}
        assert set(told) == {rollout.people["client"].email, rollout.people["integrator"].email}
        assert f"/projetos/{rollout.pk}" in told[rollout.people["client"].email]
        assert f"/projetos/{rollout.pk}" not in told[rollout.people["integrator"].email]

    def test_one_that_all_signed_stays_and_names_the_company_of_then(self, client):
        term = a_sealed_term()
        rollout = at_stage(term.rollout, Stage.GO_LIVE)
        before = rollout.company("integrator").legal_name
        replace(rollout)
        page = client.get(reverse("acceptance:verify", args=[term.code])).content.decode()
        assert AcceptanceTerm.objects.get(pk=term.pk).state == "signed"
        assert before in page
        assert fresh(rollout).company("integrator").legal_name not in page


def test_a_go_of_the_company_that_left_binds_the_new_one_to_nothing():
    rollout = a_rollout_going_live()
    all_say_go(rollout)
    replace(rollout, "client")
    assert not rollout.golive_windows.get().answers.filter(role="client").exists()
    keys = {row.key for row in rollout.open_requirements.filter(blocking=True)}
    assert "golive:answer:1:client" in keys


class TestAPlatformsCompany:
    def open(self, rollout, **fields):
        cast = {
            "client": rollout.company("client"), "platform": PlatformFactory(slug="nuvem", name="Nuvem"),
            "platform_company": rollout.company("platform"), "integrator": rollout.company("integrator"),
            "project_manager": rollout.people["pm"],
        }  # fmt: skip
        return actions.create_rollout(by=rollout.people["pm"], **{**cast, **fields})

    @pytest.fixture(autouse=True)
    def nothing_to_copy(self, monkeypatch):
        from dataclasses import replace as without

        from apps.core import plugins

        house = [without(plugin, starts=()) for plugin in plugins.plugins()]
        monkeypatch.setattr(plugins, "_discovered", lambda: tuple(house))

    def test_the_first_project_says_who_answers_for_a_platform(self, rollout):
        created = self.open(rollout)
        assert list(created.platform.companies.all()) == [rollout.company("platform")]
        self.open(rollout)

    def test_another_company_is_refused_unless_somebody_says_that_it_answers_too(self, rollout):
        self.open(rollout)
        other = CompanyFactory(kind=Kind.PLATFORM)
        with pytest.raises(Invalid, match="Quem responde por Nuvem") as refusal:
            self.open(rollout, platform_company=other)
        assert refusal.value.field == "platform_company"
        created = self.open(rollout, platform_company=other, answers_for_platform=True)
        assert other in created.platform.companies.all()

    def test_a_company_of_other_platforms_is_refused_for_one_that_nobody_answers_for(self, rollout):
        self.open(rollout)
        with pytest.raises(Invalid, match="responde por Nuvem"):
            self.open(rollout, platform=PlatformFactory(slug="outra", name="Outra"))

    def test_a_company_is_registered_in_place_and_nothing_typed_is_lost(self, rollout, client_for):
        browser, url = client_for(rollout.people["pm"]), reverse("rollouts:new")
        typed = {
            "client": rollout.company("client").pk, "platform": PlatformFactory().pk, "scope": "Pedidos e notas",
            "target_date": "2030-05-06",
        }  # fmt: skip
        asked = browser.post(url, {**typed, "new_company": "integrator"})
        page = asked.content.decode()
        assert asked.status_code == 200
        assert "Pedidos e notas" in page
        assert 'name="company-legal_name"' in page
        company = {"company-legal_name": "Nova Ltda.", "company-trade_name": "Nova", "company-cnpj": "x"}
        refused = browser.post(url, {**typed, **company, "add_company": "integrator"})
        assert refused.status_code == 422
        assert "Pedidos e notas" in refused.content.decode()
        company["company-cnpj"] = "11.222.333/0001-81"
        added = browser.post(url, {**typed, **company, "add_company": "integrator"}).content.decode()
        new = rollout.company("integrator").__class__.objects.get(trade_name="Nova")
        assert new.kind == Kind.INTEGRATOR
        assert f'<option value="{new.pk}" selected>' in added
        assert 'value="2030-05-06"' in added
        assert "Pedidos e notas" in added


def test_presence_itself_is_not_replaced(rollout, client_for):
    with pytest.raises(Invalid):
        parties.replace(rollout, PartyRole.PRESENCE, by=rollout.people["pm"], company=CompanyFactory(), reason="x")
    url = reverse("rollouts:replace_party", args=[rollout.pk, "presence"])
    assert client_for(rollout.people["pm"]).get(url).status_code == 404
