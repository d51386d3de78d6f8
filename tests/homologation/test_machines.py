"""What a machine reports: a failure counts at once, a pass of a binding case once a person confirmed it."""

import pytest
from django.db import IntegrityError, transaction

from apps.core.refusals import NotAllowed, Refusal
from apps.stages.homologation import queries, term
from apps.stages.homologation.execution import actions
from apps.stages.homologation.nonconformities import actions as nonconformities
from tests.homologation.test_homologation import FAILURE, case, missing, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def passed(rollout, script):
    return report(script, rollout, who="integrator", machine="CI do conector")


def standing(script, code="PED-01"):
    return queries.status_of(case(script, code))


def test_a_pass_awaits_confirmation_and_the_gate_says_who_owes_it(rollout, script, passed):
    assert standing(script).awaits_confirmation
    assert not standing(script).passed
    assert missing(rollout) == {("case:PED-01", "presence")}
    assert term.HOMOLOGATION.of(rollout)["processes"][0]["passed"] == 0


@pytest.mark.parametrize("who", ["client", "analyst", "pm"])
def test_presence_and_the_client_confirm_it(rollout, script, passed, who):
    result = actions.confirm_result(passed, by=rollout.people[who])
    assert (result.confirmed_by, bool(result.confirmed_at)) == (rollout.people[who], True)
    assert standing(script).passed
    assert missing(rollout) == set()


@pytest.mark.parametrize("who", ["integrator", "platform", "stranger"])
def test_others_do_not(rollout, passed, who):
    with pytest.raises(NotAllowed):
        actions.confirm_result(passed, by=rollout.people[who])


def test_it_is_confirmed_once(rollout, passed):
    actions.confirm_result(passed, by=rollout.people["pm"])
    with pytest.raises(Refusal, match="já foi confirmado"):
        actions.confirm_result(passed, by=rollout.people["client"])


def test_a_persons_result_asks_for_no_confirmation(rollout, script):
    with pytest.raises(Refusal, match="uma pessoa"):
        actions.confirm_result(report(script, rollout), by=rollout.people["pm"])


def test_only_the_newest_is_confirmed(rollout, script, passed):
    report(script, rollout, who="integrator", machine="CI do conector")
    with pytest.raises(Refusal, match="mais novo"):
        actions.confirm_result(passed, by=rollout.people["pm"])


def test_a_failure_counts_at_once_and_is_not_to_be_confirmed(rollout, script):
    failed = report(script, rollout, who="integrator", machine="CI", **FAILURE)
    assert missing(rollout) == {("nonconformity:1", "integrator")}
    with pytest.raises(Refusal, match="que passou"):
        actions.confirm_result(failed, by=rollout.people["pm"])


def test_an_optional_case_passes_by_a_machine_alone(rollout, script):
    report(script, rollout, who="integrator", code="PED-02", machine="CI")
    assert standing(script, "PED-02").passed


def test_a_machine_takes_nothing_from_what_a_person_saw(rollout, script):
    report(script, rollout)
    report(script, rollout, who="integrator", machine="CI")
    assert standing(script).passed
    report(script, rollout, **FAILURE)
    report(script, rollout, who="integrator", machine="CI")
    assert standing(script).awaits_confirmation


def test_a_correction_is_not_verified_by_a_machine_alone(rollout, script):
    report(script, rollout, **FAILURE)
    nonconformity = rollout.nonconformities.get()
    nonconformities.mark_fixed(nonconformity, by=rollout.people["integrator"], fix_version="1.1")
    again = report(script, rollout, who="integrator", machine="CI")
    with pytest.raises(Refusal, match="Confirme antes"):
        nonconformities.verify_fix(nonconformity, by=rollout.people["client"])
    actions.confirm_result(again, by=rollout.people["client"])
    nonconformities.verify_fix(nonconformity, by=rollout.people["client"])


def test_the_timeline_names_the_machine(rollout, passed):
    assert rollout.events.get(kind="homologation.result").data["machine"] == "CI do conector"


def test_the_database_refuses_a_confirmation_of_what_no_machine_said(rollout, script):
    result = report(script, rollout)
    result.confirmed_by, result.confirmed_at = result.by, result.at
    with pytest.raises(IntegrityError), transaction.atomic():
        result.save()


def test_confirming_on_the_page(rollout, script, passed, client_for):
    base = f"/projetos/{rollout.pk}/homologacao/"
    assert "aguarda confirmação" in client_for(rollout.people["integrator"]).get(base).content.decode()
    url = f"{base}resultados/{passed.pk}/confirmar/"
    page = f"{base}casos/PED-01/"
    assert url not in client_for(rollout.people["integrator"]).get(page).content.decode()
    client = client_for(rollout.people["client"])
    assert url in client.get(page).content.decode()
    assert client.post(url).status_code == 302
    assert url not in client.get(page).content.decode()
