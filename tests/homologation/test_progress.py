"""The progress of the homologation tells what was done, and nothing else."""

import pytest

from apps.stages.homologation import queries
from tests.homologation.test_homologation import FAILURE, report

pytestmark = pytest.mark.django_db


def tally(script):
    return queries.processes(script)[0].tally


def overview(rollout, client_for):
    return (
        client_for(rollout.people["client"])
        .get(f"/projetos/{rollout.pk}/homologacao/andamento/", headers={"HX-Request": "true"})
        .content.decode()
    )


def test_with_nothing_executed_nothing_looks_done(rollout, script, client_for):
    counts = tally(script)
    assert (counts.required, counts.settled, counts.optional, counts.executed) == (1, 0, 1, 0)
    page = overview(rollout, client_for)
    assert 'value="0" max="1"' in page
    assert "0 de 1 obrigatórios resolvidos" in page
    assert "0 de 2 executados" in page
    assert "fill-tone-success" not in page


def test_each_outcome_is_counted_apart_and_optional_cases_too(rollout, script, client_for):
    report(script, rollout, **FAILURE)
    report(script, rollout, code="PED-02", outcome="blocked", note="Ambiente fora")
    counts = tally(script)
    assert (counts.executed, counts.passed, counts.failed, counts.blocked) == (2, 0, 1, 1)
    page = overview(rollout, client_for)
    assert "falharam: 1" in page
    assert "bloqueados: 1" in page
    assert "opcionais: 1" in page


def test_an_optional_case_that_passed_settles_nothing_that_is_required(rollout, script):
    report(script, rollout, code="PED-02")
    counts = tally(script)
    assert (counts.passed, counts.settled, counts.unsettled) == (1, 0, 1)


def test_a_pass_that_waits_is_executed_and_not_passed(rollout, script):
    report(script, rollout, who="integrator")
    counts = tally(script)
    assert (counts.executed, counts.passed, counts.waiting, counts.settled) == (1, 0, 1, 0)
