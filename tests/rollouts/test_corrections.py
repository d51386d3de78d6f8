"""A project is set right while it goes on: scope, target date, who manages it and who works on it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts import personal_data
from apps.companies import actions as companies
from apps.companies.models import Membership, Role
from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.notices.actions import consume
from apps.notices.models import Notice
from apps.portal import desk
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Rollout
from tests.companies.factories import a_person
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return RolloutFactory(scope="Pedidos")


@pytest.fixture
def colleague(rollout):
    """Another project manager of Presence."""
    return a_person(rollout.company("presence"), Role.PROJECT_MANAGER)


def fresh(rollout):
    return Rollout.objects.get(pk=rollout.pk)


def told(rollout):
    """Who has a notice of the last event."""
    consume(rollout.events.last())
    return {notice.user for notice in Notice.objects.filter(event=rollout.events.last())}


class TestTheData:
    def test_scope_and_target_date_change_with_a_reason_that_all_parties_read(self, rollout):
        people, day = rollout.people, clock.today() + timedelta(days=90)
        corrections.correct(rollout, by=people["pm"], scope="Pedidos e notas", target_date=day, reason="Aditivo")
        assert (fresh(rollout).scope, fresh(rollout).target_date) == ("Pedidos e notas", day)
        event = rollout.events.get()
        assert event.describe() == "corrigiu o escopo, a entrada em produção prevista: Aditivo"
        assert event.data["scope_before"] == "Pedidos"
        assert {people["client"], people["integrator"], people["platform"]} <= told(rollout)

    def test_what_did_not_change_is_not_named(self, rollout):
        corrections.correct(rollout, by=rollout.people["pm"], scope="Notas", target_date=None, reason="Engano")
        assert rollout.events.get().describe() == "corrigiu o escopo: Engano"

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"scope": "Pedidos", "target_date": None, "reason": "x"}, None),
            ({"scope": "Notas", "target_date": None, "reason": " "}, "reason"),
            ({"scope": "Notas", "target_date": clock.today() - timedelta(days=9), "reason": "x"}, "target_date"),
        ],
    )
    def test_nothing_new_no_reason_and_a_day_before_the_opening_are_refused(self, rollout, data, field):
        with pytest.raises(Invalid) as refusal:
            corrections.correct(rollout, by=rollout.people["pm"], **data)
        assert refusal.value.field == field
        assert not rollout.events.exists()

    def test_the_page_keeps_what_was_typed_when_the_reason_is_missing(self, rollout, client_for):
        page = client_for(rollout.people["pm"]).post(
            reverse("rollouts:correct", args=[rollout.pk]), {"scope": "Pedidos e trocas", "reason": ""}
        )
        assert page.status_code == 422
        assert "Pedidos e trocas" in page.content.decode()


class TestTheManager:
    def test_the_new_one_has_the_project_and_both_are_told(self, rollout, colleague):
        before = rollout.project_manager
        corrections.hand_over(rollout, by=rollout.people["manager"], to=colleague, reason="Férias")
        assert fresh(rollout).project_manager == colleague
        assert rollout.events.get().data == {"before": before.pk, "to": colleague.pk, "reason": "Férias"}
        assert told(rollout) == {before, colleague}
        assert fresh(rollout) in desk.rollouts_of(colleague, everybodys=False)

    @pytest.mark.parametrize("who", ["analyst", "client", "pm"])
    def test_who_may_not_manage_it_or_does_already_is_refused(self, rollout, who):
        with pytest.raises(Invalid) as refusal:
            corrections.hand_over(rollout, by=rollout.people["manager"], to=rollout.people[who], reason="x")
        assert refusal.value.field == "to"

    def test_an_account_that_was_closed_gets_no_project(self, rollout, colleague):
        colleague.is_active = False
        colleague.save()
        with pytest.raises(Invalid):
            corrections.hand_over(rollout, by=rollout.people["manager"], to=colleague, reason="Férias")

    def test_the_parties_and_analysts_hand_nothing_over(self, rollout, colleague):
        for who in ("analyst", "client", "integrator"):
            with pytest.raises(NotAllowed):
                corrections.hand_over(rollout, by=rollout.people[who], to=colleague, reason="x")


class TestLeaving:
    @pytest.fixture
    def membership(self, rollout):
        return Membership.objects.get(user=rollout.people["pm"])

    def test_who_holds_projects_is_not_removed_and_the_page_lists_them_with_the_way_out(
        self, rollout, membership, client_for
    ):
        page = client_for(rollout.people["manager"]).post(
            reverse("companies:remove_person", args=[membership.company_id, membership.pk])
        )
        text = page.content.decode()
        assert page.status_code == 409
        assert rollout.code in text
        assert corrections.handing_over_url(membership.user) in text
        assert Membership.objects.filter(pk=membership.pk).exists()

    def test_they_hand_all_over_at_once_and_are_removed_then(self, rollout, membership, colleague, client_for):
        other = RolloutFactory(project_manager=membership.user)
        browser = client_for(rollout.people["manager"])
        url = corrections.handing_over_url(membership.user)
        shown = browser.get(url).content.decode()
        assert rollout.code in shown
        assert other.code in shown
        keys = [rollout.pk, other.pk]
        assert browser.post(url, {"rollouts": keys, "to": colleague.pk, "reason": "Saiu"}).status_code == 302
        assert {fresh(row).project_manager for row in (rollout, other)} == {colleague}
        companies.remove_person(membership, by=rollout.people["manager"])
        assert not Membership.objects.filter(pk=membership.pk).exists()

    def test_some_of_them_stay_where_only_some_are_marked(self, rollout, membership, colleague):
        other = RolloutFactory(project_manager=membership.user)
        count = corrections.hand_over_several([other], by=rollout.people["manager"], to=colleague, reason="Férias")
        assert count == 1
        assert fresh(rollout).project_manager == membership.user

    def test_none_left_to_hand_over_is_said(self, rollout, colleague):
        with pytest.raises(Refusal, match="ao menos um"):
            corrections.hand_over_several([], by=rollout.people["manager"], to=colleague, reason="x")

    def test_erasing_the_account_waits_for_the_same(self, rollout):
        [objection] = [text for text in personal_data.objections(rollout.people["pm"]) if rollout.code in text]
        assert corrections.handing_over_url(rollout.people["pm"]) in objection.replace("&amp;", "&")

    def test_who_manages_only_what_is_closed_may_leave(self, rollout, membership):
        Rollout.objects.filter(pk=rollout.pk).update(stage="completed", closed_at=clock.now())
        companies.remove_person(membership, by=rollout.people["manager"])

    def test_people_of_other_companies_leave_as_before(self, rollout):
        companies.remove_person(
            Membership.objects.get(user=rollout.people["client_member"]), by=rollout.people["client"]
        )


class TestAnalysts:
    @pytest.fixture
    def place(self, rollout):
        return Membership.objects.get(user=rollout.people["analyst"])

    def test_several_work_on_a_project_and_find_it_among_their_own(self, rollout, place, colleague):
        corrections.assign_analyst(rollout, by=rollout.people["pm"], membership=place)
        assert told(rollout) == {place.user}
        corrections.assign_analyst(rollout, by=rollout.people["pm"], membership=colleague.memberships.get())
        for person in (place.user, colleague):
            assert fresh(rollout) in desk.rollouts_of(person, everybodys=False)

    def test_once_and_of_presence_and_not_the_manager(self, rollout, place):
        corrections.assign_analyst(rollout, by=rollout.people["pm"], membership=place)
        others = [Membership.objects.get(user=rollout.people[who]) for who in ("client", "pm")]
        for membership in (place, *others):
            with pytest.raises(Invalid):
                corrections.assign_analyst(rollout, by=rollout.people["pm"], membership=membership)

    def test_removed_once_and_told(self, rollout, place):
        analyst = corrections.assign_analyst(rollout, by=rollout.people["pm"], membership=place)
        corrections.remove_analyst(analyst, by=rollout.people["pm"])
        assert told(rollout) == {place.user}
        assert fresh(rollout) not in desk.rollouts_of(place.user, everybodys=False)
        with pytest.raises(Refusal, match="já não é"):
            corrections.remove_analyst(analyst, by=rollout.people["pm"])

    def test_the_pages_buttons_do_it(self, rollout, place, client_for):
        browser = client_for(rollout.people["pm"])
        browser.post(reverse("rollouts:assign_analyst", args=[rollout.pk]), {"analyst-membership": place.pk})
        assert place.user.name in browser.get(rollout.get_absolute_url()).content.decode()
        analyst = rollout.analysts.get()
        browser.post(reverse("rollouts:remove_analyst", args=[rollout.pk, analyst.pk]))
        assert not rollout.analysts.exists()
