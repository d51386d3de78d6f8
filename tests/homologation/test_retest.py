"""Which cases a later round repeats."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.stages.homologation import queries
from apps.stages.homologation.execution import actions, reservations
from apps.stages.homologation.models import Case
from tests.homologation.test_homologation import FAILURE, case, missing, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(rollout, script):
    """PED-01 ← PED-04 ← PED-05, and PED-02 and PED-06 that depend on nothing that fails; the round open again."""
    for position, (code, depends) in enumerate([("PED-04", ["PED-01"]), ("PED-05", ["PED-04"]), ("PED-06", [])], 4):
        Case.objects.create(
            script=script, position=position, code=code, process="PED", title=code, obligation="mandatory",
            depends=depends,
        )  # fmt: skip
    queries.open_round(script).cases.set(script.cases.filter(applies=True))
    return script


def second(rollout, script):
    actions.close_round(script, by=rollout.people["pm"])
    opened = actions.start_round(script, by=rollout.people["pm"])
    return [row.code for row in opened.cases.all()]


def all_pass_but(rollout, script, *failing):
    for row in script.cases.filter(applies=True):
        report(script, rollout, code=row.code, **(FAILURE if row.code in failing else {}))


def test_it_repeats_what_failed_and_whatever_depends_on_it(rollout, chain):
    all_pass_but(rollout, chain, "PED-01")
    assert second(rollout, chain) == ["PED-01", "PED-04", "PED-05"]


def test_what_does_not_depend_on_a_failure_is_left_alone(rollout, chain):
    all_pass_but(rollout, chain, "PED-06")
    assert second(rollout, chain) == ["PED-06"]


def test_what_was_never_executed_is_executed_with_what_depends_on_it(rollout, chain):
    for code in ("PED-01", "PED-02", "PED-05", "PED-06"):
        report(chain, rollout, code=code)
    assert second(rollout, chain) == ["PED-04", "PED-05"]


def test_a_case_with_a_reservation_stays_out_and_what_lies_beyond_it_does_not(rollout, chain):
    all_pass_but(rollout, chain, "PED-01")
    deadline = clock.today() + timedelta(days=9)
    reservation = reservations.propose(
        case(chain, "PED-04"), by=rollout.people["pm"], text="Depois", owner="integrator", deadline=deadline
    )
    for who in ("client", "pm"):
        reservations.agree(reservation, by=rollout.people[who])
    assert second(rollout, chain) == ["PED-01", "PED-05"]


def test_a_case_that_is_repeated_counts_again_only_by_a_result_of_that_round(rollout, chain):
    all_pass_but(rollout, chain, "PED-01")
    second(rollout, chain)
    assert queries.status_of(case(chain, "PED-04")).is_to_repeat
    assert ("case:PED-04", "presence") in missing(rollout)
    report(chain, rollout, code="PED-04")
    assert queries.status_of(case(chain, "PED-04")).passed
    assert ("case:PED-04", "presence") not in missing(rollout)


def test_cases_that_depend_on_each_other_end_the_search(rollout, chain):
    Case.objects.filter(script=chain, code="PED-01").update(depends=["PED-05"])
    all_pass_but(rollout, chain, "PED-04")
    assert second(rollout, chain) == ["PED-01", "PED-04", "PED-05"]


def test_a_machines_unconfirmed_pass_is_repeated(rollout, script):
    report(script, rollout, who="integrator", machine="CI")
    report(script, rollout, code="PED-02")
    assert second(rollout, script) == ["PED-01"]
