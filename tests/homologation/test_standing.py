"""How a case stands is kept by the actions that change it, and proven against its results."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import clock
from apps.core.refusals import Refusal
from apps.stages.homologation import queries
from apps.stages.homologation.execution import actions, reservations, standing
from apps.stages.homologation.models import Case, Script
from tests.homologation.test_homologation import FAILURE, case, report
from tests.read_model import held_against_the_rules

pytestmark = pytest.mark.django_db
CODES = ("PED-01", "PED-02", "PED-03")
STEPS = (
    "pass",
    "by hand",
    "fail",
    "block",
    "does not apply",
    "machine",
    "confirm",
    "next round",
    "propose",
    "agree",
    "withdraw",
)


def kept(script, code):
    return Case.objects.get(script=script, code=code).standing


def test_a_result_is_kept_with_its_case(rollout, script):
    assert kept(script, "PED-01") == "never_run"
    report(script, rollout, code="PED-01")
    assert kept(script, "PED-01") == "passed"
    report(script, rollout, code="PED-01", **FAILURE)
    assert kept(script, "PED-01") == "failed"


def test_a_result_of_a_round_that_began_after_the_rounds_were_read_is_shown_with_it(rollout, script):
    result = report(script, rollout, code="PED-01")
    for bare in (True, False):
        statuses = {row.case.code: row for row in queries.case_statuses(script, bare=bare, rounds=[])}
        assert [row.round for row in statuses["PED-01"].results] == [result.round]


def test_a_machines_pass_waits_and_takes_nothing_from_one_that_counts(rollout, script):
    result = report(script, rollout, code="PED-01", machine="CI")
    assert kept(script, "PED-01") == "to_confirm"
    actions.confirm_result(result, by=rollout.people["client"])
    assert kept(script, "PED-01") == "passed"
    report(script, rollout, code="PED-01", machine="CI")
    assert kept(script, "PED-01") == "passed"


def test_the_command_names_what_differs_and_mends_it(script):
    call_command("reconcile_homologation", stdout=StringIO())
    Case.objects.filter(script=script, code="PED-01").update(standing="passed")
    errors = StringIO()
    with pytest.raises(CommandError, match="1 of 1 scripts differ"):
        call_command("reconcile_homologation", stderr=errors)
    assert "PED-01 is kept as passed, its results say never_run" in errors.getvalue()
    call_command("reconcile_homologation", "--mend", stdout=StringIO(), stderr=StringIO())
    assert kept(script, "PED-01") == "never_run"


@given(steps=st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(STEPS)), max_size=12))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_sequence_of_actions_the_cases_stand_as_their_results_say(script, steps):
    with transaction.atomic():
        rollout = script.rollout
        with held_against_the_rules() as differences:
            for code, step in steps:
                try_step(rollout, script, code, step)
        assert differences == []
        assert standing.differences(Script.objects.get(pk=script.pk)) == []
        transaction.set_rollback(True)


def try_step(rollout, script, code, step):
    people, one = rollout.people, case(script, code)
    newest, proposed = one.results.last(), one.reservations.filter(withdrawn_at=None).first()
    deadline = clock.today() + timedelta(days=9)
    verbs = {
        "pass": lambda: report(script, rollout, code=code),
        "by hand": lambda: report(script, rollout, code=code, who="integrator"),
        "does not apply": lambda: report(script, rollout, code=code, outcome="not_applicable", note="x"),
        "fail": lambda: report(script, rollout, code=code, **FAILURE),
        "block": lambda: report(script, rollout, code=code, outcome="blocked"),
        "machine": lambda: report(script, rollout, code=code, machine="CI"),
        "confirm": lambda: newest and actions.confirm_result(newest, by=people["client"]),
        "next round": lambda: next_round(script, people["pm"]),
        "propose": lambda: reservations.propose(one, by=people["pm"], text="x", owner="client", deadline=deadline),
        "agree": lambda: proposed and reservations.agree(proposed, by=people["client"]),
        "withdraw": lambda: proposed and reservations.withdraw(proposed, by=people["pm"]),
    }
    try:
        with transaction.atomic():
            verbs[step]()
    except Refusal:
        pass


def next_round(script, person):
    if queries.open_round(script):
        actions.close_round(script, by=person)
    actions.start_round(script, by=person)
