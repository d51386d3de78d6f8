"""A nonconformity that is none, or that of another, ends without a correction; who disagrees contests it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.stages.homologation.execution import actions
from apps.stages.homologation.models import Nonconformity
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.nonconformities import judgement
from tests.homologation.test_homologation import FAILURE, case, missing, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def nonconformity(rollout, script):
    report(script, rollout, **FAILURE)
    return Nonconformity.objects.get()


def state(nonconformity):
    return Nonconformity.objects.get(pk=nonconformity.pk).state


class TestDeclined:
    def test_nobody_owes_its_correction_and_its_case_is_to_be_run_again(self, rollout, nonconformity):
        judgement.decline(nonconformity, by=rollout.people["analyst"], reason="O CEP de teste não existe")
        assert state(nonconformity) == "declined"
        assert missing(rollout) == {("case:PED-01", "presence")}
        event = rollout.events.get(kind="homologation.nonconformity_declined")
        assert event.data == {"label": "NC-1", "reason": "O CEP de teste não existe"}

    def test_it_needs_a_reason_and_is_presences_to_say(self, rollout, nonconformity):
        with pytest.raises(Invalid):
            judgement.decline(nonconformity, by=rollout.people["pm"], reason=" ")
        for who in ("client", "integrator", "platform"):
            with pytest.raises(NotAllowed):
                judgement.decline(nonconformity, by=rollout.people[who], reason="x")

    @pytest.mark.parametrize("who", ["integrator", "client", "pm"])
    def test_its_owner_and_the_client_contest_it(self, rollout, nonconformity, who):
        judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        judgement.contest(nonconformity, by=rollout.people[who], reason="Falha com CEP certo")
        assert state(nonconformity) == "open"
        with pytest.raises(Refusal, match="não foi declarada"):
            judgement.contest(nonconformity, by=rollout.people[who], reason="x")

    def test_the_platform_which_does_not_own_it_does_not_contest_it(self, rollout, nonconformity):
        judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        with pytest.raises(NotAllowed):
            judgement.contest(nonconformity, by=rollout.people["platform"], reason="x")

    def test_what_was_ended_is_neither_declined_again_nor_reopened(self, rollout, nonconformity):
        judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        with pytest.raises(Refusal, match="encerrada"):
            judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        with pytest.raises(Refusal, match="conteste"):
            nonconformities.reopen(nonconformity, by=rollout.people["pm"], reason="x")

    def test_when_its_case_fails_again_another_opens(self, rollout, script, nonconformity):
        judgement.decline(nonconformity, by=rollout.people["pm"], reason="x")
        report(script, rollout, **FAILURE)
        assert [row.state for row in Nonconformity.objects.all()] == ["declined", "open"]


class TestMerged:
    @pytest.fixture
    def other(self, rollout, script, nonconformity):
        report(script, rollout, code="PED-02", **FAILURE)
        return Nonconformity.objects.get(number=2)

    def test_one_correction_is_owed_for_both(self, rollout, nonconformity, other):
        judgement.merge(nonconformity, by=rollout.people["pm"], into=other)
        assert state(nonconformity) == "duplicate"
        assert missing(rollout) == {("case:PED-01", "presence"), ("nonconformity:2", "integrator")}

    def test_it_is_merged_into_another_that_is_open(self, rollout, nonconformity, other):
        with pytest.raises(Invalid):
            judgement.merge(nonconformity, by=rollout.people["pm"], into=nonconformity)
        judgement.decline(other, by=rollout.people["pm"], reason="x")
        with pytest.raises(Invalid):
            judgement.merge(nonconformity, by=rollout.people["pm"], into=other)

    def test_it_is_declined_with_the_one_it_was_merged_into_and_comes_back_with_it(self, rollout, nonconformity, other):
        judgement.merge(nonconformity, by=rollout.people["pm"], into=other)
        judgement.decline(other, by=rollout.people["pm"], reason="x")
        assert state(nonconformity) == "declined"
        judgement.contest(other, by=rollout.people["client"], reason="x")
        assert (state(nonconformity), state(other)) == ("duplicate", "open")

    def test_the_database_wants_to_know_of_which(self, nonconformity):
        with pytest.raises(IntegrityError), transaction.atomic():
            Nonconformity.objects.filter(pk=nonconformity.pk).update(state="duplicate")


class TestVerifiedByAPassAfterTheFix:
    def test_a_pass_before_the_correction_proves_nothing(self, rollout, script, nonconformity):
        report(script, rollout)
        with clock.at(clock.now() + timedelta(minutes=5)):
            nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.1")
        with clock.at(clock.now() + timedelta(minutes=10)):
            with pytest.raises(Refusal, match="depois dela"):
                nonconformities.verify_fix(nonconformity, by=rollout.people["client"])
            report(script, rollout)
            nonconformities.verify_fix(nonconformity, by=rollout.people["client"])
        assert state(nonconformity) == "verified"

    def test_the_next_round_takes_a_case_that_passed_only_before_the_correction(self, rollout, script, nonconformity):
        report(script, rollout)
        report(script, rollout, code="PED-02")
        with clock.at(clock.now() + timedelta(minutes=5)):
            nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.1")
            actions.close_round(script, by=rollout.people["pm"])
            assert list(actions.start_round(script, by=rollout.people["pm"]).cases.all()) == [case(script)]

    def test_naming_another_owner_leaves_a_retest_as_it_is(self, rollout, script, nonconformity):
        nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.1")
        report(script, rollout)
        with clock.at(clock.now() + timedelta(minutes=5)):
            nonconformities.change(nonconformity, by=rollout.people["pm"], severity="minor", owner="platform")
            nonconformities.verify_fix(nonconformity, by=rollout.people["client"])


def test_in_the_browser_it_is_declined_contested_and_merged(rollout, script, nonconformity, client_for):
    report(script, rollout, code="PED-02", **FAILURE)
    page = f"/projetos/{rollout.pk}/homologacao/nc/1/"
    pm, integrator = client_for(rollout.people["pm"]), client_for(rollout.people["integrator"])
    assert pm.post(page + "improcedente/", {"reason": ""}).status_code == 422
    assert pm.post(page + "improcedente/", {"reason": "Engano"}).status_code == 302
    assert "Discordo" in integrator.get(page).content.decode()
    assert integrator.post(page + "contestar/", {"reason": "Falha mesmo"}).status_code == 302
    assert integrator.post(page + "duplicada/", {"into": "x"}).status_code == 403
    assert pm.post(page + "duplicada/", {"into": "x"}).status_code == 422
    second = Nonconformity.objects.get(number=2)
    assert pm.post(page + "duplicada/", {"into": second.pk}).status_code == 302
    assert "NC-2" in integrator.get(page).content.decode()
