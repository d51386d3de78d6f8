"""Going back from anywhere, opening a completed project again, and the phase that follows it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.companies import actions as companies
from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours.models import Policy
from apps.prerequisites.models import Prerequisite
from apps.rollouts import actions, gates, phases, timeline
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Rollout
from apps.stages.acceptance import actions as terms
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.development import actions as development
from apps.stages.golive import queries as golive
from apps.stages.golive.models import Release
from apps.stages.kickoff import actions as kickoffs
from tests.acceptance.factories import a_draft, a_sealed_term, opened, signatory, signs
from tests.blueprints import shipped
from tests.golive.factories import a_completed_rollout, a_rollout_going_live, all_say_go
from tests.kickoff.factories import KickoffFactory, published, write
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


def fresh(rollout):
    people = rollout.people
    rollout = Rollout.objects.get(pk=rollout.pk)
    rollout.people = people
    return rollout


def back(rollout, gate=Gate.RETURN_TO_HOMOLOGATION, **more):
    rollout = fresh(rollout)
    actions.send_back(
        rollout, gate, **{"by": rollout.people["pm"], "seen_version": rollout.version, "reason": "Defeito", **more}
    )
    return fresh(rollout)


class TestFromTheDevelopment:
    """Back to the kickoff, where what was agreed may be agreed anew."""

    @pytest.fixture
    def rollout(self):
        rollout = RolloutFactory()
        people = rollout.people
        minutes = published(KickoffFactory(rollout=rollout))
        for party in ("client", "integrator"):
            kickoffs.answer_minutes(minutes, by=people[party], party=party, agrees=True)
        return at_stage(rollout, Stage.DEVELOPMENT)

    def test_the_page_says_first_what_stays_and_what_is_asked_again(self, rollout, client_for):
        development.declare_delivery(rollout, by=rollout.people["integrator"], version="1.0", notes="Tudo")
        page = client_for(rollout.people["pm"]).get(rollout.get_absolute_url()).content.decode()
        assert "Devolver à reunião inaugural" in page
        assert "A ata publicada vale até que mude o modelo" in page
        assert "A entrega 1.0 fica no registro" in page
        assert "Devolver" not in client_for(rollout.people["client"]).get(rollout.get_absolute_url()).content.decode()

    def test_the_minutes_stand_until_something_changes_and_then_are_confirmed_anew(self, rollout):
        rollout = back(rollout, Gate.RETURN_TO_KICKOFF)
        people, kickoff = rollout.people, rollout.kickoff
        assert rollout.stage == Stage.KICKOFF
        asked = {need.key for need in gates.unmet(rollout, Gate.START_DEVELOPMENT)}
        assert not {key for key in asked if key.startswith("kickoff:minutes")}
        kickoffs.choose_model(kickoff, by=people["pm"], model="polling")
        kickoffs.publish_minutes(kickoff, by=people["pm"], minutes="Agora por consulta.")
        asked = {need.key for need in gates.unmet(fresh(rollout), Gate.START_DEVELOPMENT)}
        assert {"kickoff:minutes_answer:client", "kickoff:minutes_answer:integrator"} <= asked

    def test_the_worksheet_still_changes_by_amendment(self, rollout):
        rollout = back(rollout, Gate.RETURN_TO_KICKOFF)
        write(rollout.kickoff, rollout.people["integrator"], {"platform_field": "refId"}, sheet="fields")
        assert rollout.kickoff.amendments.get().after == "refId"

    def test_a_connector_that_was_delivered_before_is_asked_again(self, rollout):
        development.declare_delivery(rollout, by=rollout.people["integrator"], version="1.0", notes="Tudo")
        rollout = at_stage(back(rollout, Gate.RETURN_TO_KICKOFF), Stage.DEVELOPMENT)
        assert "development:delivery" in {need.key for need in gates.unmet(rollout, Gate.START_TRAINING)}

    @pytest.mark.parametrize("who", ["analyst", "client", "integrator", "platform"])
    def test_only_a_project_manager_sends_back(self, rollout, who):
        with pytest.raises(NotAllowed):
            back(rollout, Gate.RETURN_TO_KICKOFF, by=rollout.people[who])

    def test_it_needs_a_reason_and_from_the_kickoff_nothing_leads_back(self, rollout):
        with pytest.raises(Invalid):
            back(rollout, Gate.RETURN_TO_KICKOFF, reason=" ")
        with pytest.raises(Refusal, match="não se aplica"):
            back(at_stage(rollout, Stage.KICKOFF), Gate.RETURN_TO_KICKOFF)


class TestFromTheTraining:
    def test_the_development_is_open_again_and_asks_for_another_delivery(self):
        rollout = back(at_stage(RolloutFactory(), Stage.TRAINING), Gate.RETURN_TO_DEVELOPMENT)
        assert rollout.stage == Stage.DEVELOPMENT
        assert "development:delivery" in {need.key for need in gates.unmet(rollout, Gate.START_TRAINING)}

    def test_from_the_homologation_it_still_takes_a_blocking_nonconformity(self):
        with pytest.raises(actions.GateClosed):
            back(at_stage(RolloutFactory(), Stage.HOMOLOGATION), Gate.RETURN_TO_DEVELOPMENT)


class TestFromTheTerm:
    @pytest.fixture
    def term(self):
        return opened(a_draft(), pdf=b"%PDF-1.7")

    def test_signatures_that_are_lost_are_named_before_and_void_after(self, term, client_for):
        rollout = term.rollout
        signs(term, "client")
        name = signatory(term, "client").name
        page = client_for(rollout.people["pm"]).get(rollout.get_absolute_url()).content.decode()
        assert f"estas assinaturas se perdem: {name} (Cliente)" in page
        back(rollout)
        assert AcceptanceTerm.objects.get(pk=term.pk).state == "superseded"
        voided = rollout.events.get(kind="acceptance.voided")
        assert voided.data["signed"] == ["client"]
        assert fresh(rollout).stage == Stage.HOMOLOGATION

    def test_without_any_signature_the_term_is_void_too(self, term):
        back(term.rollout)
        assert AcceptanceTerm.objects.get(pk=term.pk).state == "superseded"

    def test_a_term_that_all_signed_stays_and_another_follows_it(self, client_for):
        term = a_sealed_term()
        rollout = term.rollout
        page = client_for(rollout.people["pm"]).get(rollout.get_absolute_url()).content.decode()
        assert "assinado por todos, fica no registro como está" in page
        back(rollout)
        kept = AcceptanceTerm.objects.get(pk=term.pk)
        assert (kept.state, kept.is_set_aside) == ("signed", True)
        rollout = at_stage(fresh(rollout), Stage.ACCEPTANCE)
        assert [need.key for need in gates.unmet(rollout, Gate.START_GO_LIVE)][0] == "acceptance:term"
        people = term.rollout.people
        chosen = {"client": people["client"], "integrator": people["integrator"], "presence": people["pm"]}
        assert terms.draft(rollout, by=people["pm"], signatories=chosen).version == 2

    @pytest.mark.parametrize("who", ["analyst", "client", "integrator", "platform"])
    def test_only_a_project_manager_sends_back(self, term, who):
        with pytest.raises(NotAllowed):
            back(term.rollout, by=term.rollout.people[who])


class TestFromTheGoLive:
    def test_the_homologation_is_open_again_and_the_window_lapses(self):
        rollout = a_rollout_going_live()
        all_say_go(rollout)
        rollout = back(rollout)
        assert rollout.stage == Stage.HOMOLOGATION
        assert golive.window_in_force(rollout) is None
        rollout = at_stage(rollout, Stage.GO_LIVE)
        assert "golive:window" in {need.key for need in gates.unmet(rollout, Gate.COMPLETE)}

    def test_all_four_are_told(self):
        from apps.notices.actions import consume
        from apps.notices.models import Notice

        rollout = back(a_rollout_going_live())
        consume(rollout.events.get(kind="rollouts.sent_back"))
        told = {notice.user for notice in Notice.objects.all()}
        assert told == {rollout.people[who] for who in ("client", "integrator", "platform")}


@pytest.fixture(scope="class")
def completed(stand_for_class):
    return stand_for_class(a_completed_rollout)


class TestOpeningAgain:
    @pytest.fixture
    def rollout(self, completed):
        return completed.copy()

    def reopen(self, rollout, **more):
        rollout = fresh(rollout)
        given = {"by": rollout.people["manager"], "reason": "Pedidos sem frete", "seen_version": rollout.version}
        return phases.reopen(rollout, **{**given, **more})

    def test_within_its_guarantee_time_it_is_at_the_go_live_and_asks_for_the_word_again(self, rollout, client_for):
        page = client_for(rollout.people["manager"]).get(rollout.get_absolute_url()).content.decode()
        assert "serão pedidas de novo" in page
        self.reopen(rollout)
        rollout = fresh(rollout)
        assert (rollout.stage, rollout.closed_at, rollout.holder) == (Stage.GO_LIVE, None, "client")
        assert Release.objects.get(rollout=rollout).confirmed_at is None
        assert {need.key for need in gates.unmet(rollout, Gate.COMPLETE)} >= {"golive:confirmation", "golive:release"}
        assert timeline.verify(rollout) is None

    def test_its_signed_term_is_still_in_force(self, rollout):
        self.reopen(rollout)
        assert not rollout.terms.get().is_set_aside

    def test_from_there_it_goes_back_to_the_homologation(self, rollout):
        self.reopen(rollout)
        assert back(rollout).stage == Stage.HOMOLOGATION
        assert AcceptanceTerm.objects.get(rollout=rollout).is_set_aside

    def test_after_the_guarantee_time_it_is_refused_and_the_way_out_named(self, rollout, settings):
        settings.GUARANTEE_DAYS = 30
        with clock.at(clock.now() + timedelta(days=32)), pytest.raises(Refusal, match="segunda fase"):
            self.reopen(rollout)

    @pytest.mark.parametrize("who", ["pm", "analyst", "client", "integrator"])
    def test_only_a_manager_of_presence_may(self, rollout, who, client_for):
        with pytest.raises(NotAllowed):
            self.reopen(rollout, by=rollout.people[who])
        page = client_for(rollout.people[who]).get(rollout.get_absolute_url()).content.decode()
        assert "Reabrir projeto" not in page

    def test_whoever_opens_it_manages_it_where_its_manager_has_left(self, rollout):
        companies.remove_person(rollout.people["pm"].memberships.get(), by=rollout.people["manager"])
        self.reopen(rollout)
        assert fresh(rollout).project_manager == rollout.people["manager"]
        assert rollout.events.last().data["manager"] == rollout.people["manager"].pk

    def test_its_manager_goes_on_where_they_are_there(self, rollout):
        self.reopen(rollout)
        assert fresh(rollout).project_manager == rollout.people["pm"]
        assert "manager" not in rollout.events.last().data

    def test_needs_a_reason(self, rollout):
        with pytest.raises(Invalid):
            self.reopen(rollout, reason="")

    @pytest.mark.parametrize("stage", [Stage.GO_LIVE, Stage.CANCELLED])
    def test_only_a_completed_one(self, stage):
        with pytest.raises(Refusal, match="concluído"):
            self.reopen(at_stage(RolloutFactory(), stage))

    def test_through_the_page(self, rollout, client_for):
        url = reverse("rollouts:reopen", args=[rollout.pk])
        browser = client_for(rollout.people["manager"])
        data = {"seen_version": fresh(rollout).version, "reason": ""}
        assert browser.post(url, data).status_code == 422
        assert browser.post(url, {**data, "reason": "Defeito"}).status_code == 302
        assert fresh(rollout).stage == Stage.GO_LIVE


class TestASecondPhase:
    @pytest.fixture
    def rollout(self):
        shipped.load()
        cast = RolloutFactory()
        rollout = actions.create_rollout(
            by=cast.people["pm"], client=cast.company("client"), platform=cast.platform,
            platform_company=cast.company("platform"), integrator=cast.company("integrator"),
            project_manager=cast.people["pm"],
        )  # fmt: skip
        rollout.people = cast.people
        return rollout

    def completed(self, rollout):
        Rollout.objects.filter(pk=rollout.pk).update(stage=Stage.COMPLETED, closed_at=clock.now())
        return fresh(rollout)

    def test_has_the_same_companies_people_worksheet_and_contacts_and_is_linked(self, rollout, client_for):
        people = rollout.people
        place = people["analyst"].memberships.get()
        corrections.assign_analyst(rollout, by=people["pm"], membership=place)
        kickoff = rollout.kickoff
        kickoff.model = kickoff.offered_models[0]["key"]
        kickoff.save()
        kickoff.rows.create(sheet="payments", cells={"platform_method": "Pix"})
        status = kickoff.rows.filter(sheet="statuses").exclude(key="").first()
        status.cells["platform_status"] = "pago"
        status.save()
        contact = rollout.prerequisites.get(key="contacts_client")
        Prerequisite.objects.filter(pk=contact.pk).update(state="accepted")
        contact.submissions.create(
            number=1, values={"contacts": [{"kind": "technical", "name": "Rita", "email": "r@x.com.br"}]},
            submitted_by=people["client"], decision="accepted",
        )  # fmt: skip
        url = reverse("rollouts:second_phase", args=[rollout.pk])
        self.completed(rollout)
        answer = client_for(people["pm"]).post(url, {"project_manager": people["pm"].pk, "scope": "Trocas"})
        following = Rollout.objects.get(previous=rollout)
        assert answer.url == following.get_absolute_url()
        assert following.companies() == rollout.companies()
        assert [row.membership for row in following.analysts.all()] == [place]
        assert following.kickoff.model == kickoff.model
        assert following.integration_model == kickoff.model
        assert following.kickoff.rows.filter(sheet="payments").get().cells == {"platform_method": "Pix"}
        assert following.kickoff.rows.get(sheet="statuses", key=status.key).cells["platform_status"] == "pago"
        assert following.prerequisites.get(key="contacts_client").state == "accepted"
        assert following.prerequisites.get(key="homologation_environment").state == "pending"
        assert rollout.events.last().describe() == f"abriu a fase seguinte deste projeto: {following.code}"
        assert Policy.objects.filter(rollout=following).exists()
        page = client_for(people["client"]).get(following.get_absolute_url()).content.decode()
        assert rollout.code in page

    def test_follows_a_completed_project_only(self, rollout):
        with pytest.raises(Refusal, match="segue um projeto concluído"):
            phases.start_second_phase(rollout, by=rollout.people["pm"], scope="Trocas")

    def test_the_parties_open_none(self, rollout):
        rollout = self.completed(rollout)
        for who in ("client", "integrator", "analyst"):
            with pytest.raises(NotAllowed):
                phases.start_second_phase(rollout, by=rollout.people[who], scope="x")

    def test_takes_the_lines_of_data_that_the_companies_added_and_topics_of_another_catalogue(self, rollout):
        kickoff = rollout.kickoff
        kickoff.topics = [
            *kickoff.topics,
            {"key": "gifts", "title": {"pt": "Presentes", "en": "Gifts"}, "help": {}, "sides": []},
        ]
        kickoff.save()
        for topic in (kickoff.topics[0]["key"], "gifts"):
            kickoff.rows.create(sheet="data", topic=topic, cells={"datum": f"Cor {topic}"})
        following = phases.start_second_phase(self.completed(rollout), by=rollout.people["pm"], scope="Trocas")
        added = following.kickoff.rows.filter(sheet="data", key="").values_list("topic", "cells__datum")
        assert set(added) == {(kickoff.topics[0]["key"], f"Cor {kickoff.topics[0]['key']}"), ("gifts", "Cor gifts")}
        assert "gifts" in {topic["key"] for topic in following.kickoff.topics}

    def test_pressed_twice_opens_one_and_says_which(self, rollout, client_for):
        browser, rollout = client_for(rollout.people["pm"]), self.completed(rollout)
        url = reverse("rollouts:second_phase", args=[rollout.pk])
        data = {"project_manager": rollout.people["pm"].pk, "scope": "Trocas"}
        assert [browser.post(url, data).status_code for _press in range(2)] == [302, 409]
        following = Rollout.objects.get(previous=rollout)
        at_stage(following, Stage.CANCELLED)
        assert browser.post(url, data).status_code == 302
