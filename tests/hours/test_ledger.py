"""The ledger: bars with what is scheduled, what a later change did to a line, and the arithmetic behind each."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given

from apps.core import clock
from apps.hours import queries
from apps.hours.classification import classify
from apps.hours.ledger import actions, history
from apps.hours.ledger.trace import allowance_of, rule_of, trace
from apps.hours.models import Reclassification, Revision
from tests.hours.factories import ReclassificationFactory, RevisionFactory, close_month
from tests.hours.test_actions import a_nonconformity
from tests.hours.test_classification import RULES, entries, rules, works
from tests.meetings.factories import MeetingFactory
from tests.rollouts.factories import RolloutFactory

NOW = datetime(2026, 4, 8, 13, tzinfo=UTC)
MARCH = datetime(2026, 3, 10, 13, tzinfo=UTC)


@given(works, rules)
def test_a_trace_adds_up_to_the_lines_and_never_past_the_allowance(given_works, policy):
    lines = classify(given_works, policy)
    for work in given_works:
        own = [line for line in lines if line.entry == work.number]
        steps = trace(lines, work.number)
        assert [step.line for step in steps if step.line.entry == work.number] == own
        assert sum(step.after - step.before for step in steps) == steps[-1].after
        for allowance in {step.allowance for step in steps} - {""}:
            mine = [step for step in steps if step.allowance == allowance]
            assert [step.before for step in mine[1:]] == [step.after for step in mine[:-1]]
            assert max(step.after for step in mine) <= policy.allowance(allowance)
            last = next((step.line for step in reversed(mine) if step.line.reason == "within_allowance"), None)
            assert last is None or last.params["used"] == mine[-1].after


def test_a_trace_shows_the_split_at_the_minute_and_the_rules():
    lines = classify(
        entries(("training", "3h30"), ("internal", "1h00"), ("training", "1h00"), ("training", "2h")), RULES
    )
    steps = trace(lines, 3)
    assert [(step.line.entry, step.line.minutes, step.before, step.after) for step in steps] == [
        (1, 210, 0, 210),
        (3, 30, 210, 240),
        (3, 30, 240, 240),
    ]
    assert [rule_of(step.line) for step in steps] == [1, 1, 1]
    assert allowance_of(steps[-1].line) == "training"


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        (("homologation", "1h", "NC-2"), 2),
        (("follow_up", "1h"), 1),
        (("internal", "1h"), 4),
        (("homologation", "1h"), 3),
        (("training", "1h"), 1),
    ],
)
def test_each_line_cites_its_rule_of_the_docs(spec, rule):
    lines = classify(entries(spec), RULES)
    (step,) = trace(lines, 1)
    assert rule_of(step.line) == rule


@pytest.fixture
def rollout(db):
    with clock.at(NOW):
        yield RolloutFactory()


def log(rollout, start=MARCH, minutes=60, activity="homologation", **fields):
    who = rollout.people["analyst"]
    return actions.log(rollout, by=who, activity=activity, started_at=start, minutes=minutes, note="Teste", **fields)


def test_an_entry_added_before_it_is_told_on_the_line_it_changed(rollout, client_for):
    late = log(rollout, MARCH + timedelta(days=1), 360)
    log(rollout, MARCH, 30)
    change = late.reclassifications.get()
    assert history.describe(change) == (
        "Reclassificada em 08/04: antes 6h00 incluída, agora 5h30 incluída + 0h30 extra cobrada, "
        "porque o apontamento #2 foi incluído"
    )
    for who in ("client", "integrator"):
        assert (
            history.describe(change)
            in client_for(rollout.people[who]).get(f"/projetos/{rollout.pk}/horas/").content.decode()
        )


def test_editing_and_deleting_are_causes_too_and_a_running_total_alone_is_none(rollout):
    first = log(rollout, MARCH, 60)
    late = log(rollout, MARCH + timedelta(days=1), 300)
    work = {"activity": "homologation", "started_at": MARCH, "note": "Teste"}
    actions.edit(first, by=rollout.people["analyst"], minutes=50, **work)
    assert not Reclassification.objects.exists()
    actions.edit(first, by=rollout.people["analyst"], minutes=90, **work)
    actions.delete(first, by=rollout.people["analyst"], reason="Engano")
    assert [(change.entry, change.how) for change in Reclassification.objects.all()] == [
        (late, "edited"),
        (late, "deleted"),
    ]
    assert "porque o apontamento #1 foi excluído" in history.describe(late.reclassifications.last())


def test_what_an_entry_said_before_is_kept_with_who_and_when(rollout, client_for):
    entry = log(rollout, nonconformity=a_nonconformity(rollout))
    pm = rollout.people["pm"]
    same = {"activity": "homologation", "started_at": MARCH, "minutes": 60, "note": "Teste"}
    actions.edit(entry, by=pm, **same, nonconformity=entry.nonconformity)
    assert not Revision.objects.exists()
    actions.edit(entry, by=pm, **same)
    revision = entry.revisions.get()
    assert (revision.by, revision.at) == (pm, NOW)
    assert history.describe_revision(revision) == "Homologação · 10/03/2026 10:00 · 1h00 · NC-2 · Teste"
    base = f"/projetos/{rollout.pk}/horas/"
    assert "corrigido" in client_for(rollout.people["client"]).get(base).content.decode()
    assert "NC-2 · Teste" in client_for(rollout.people["client"]).get(base + "1/por-que/").content.decode()


@pytest.mark.parametrize("factory", [RevisionFactory, ReclassificationFactory])
def test_the_database_only_adds_to_the_history(rollout, factory):
    row = factory(entry__rollout=rollout)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(before=[])
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        type(row).objects.filter(pk=row.pk)._raw_delete("default")


def test_the_bars_hold_what_is_used_scheduled_and_free(rollout):
    log(rollout, minutes=100, activity="training")
    for state, number in (("planned", 1), ("planned", 2), ("cancelled", 3)):
        MeetingFactory(
            rollout=rollout, number=number, state=state, planned_minutes=90, planned_start=NOW + timedelta(days=number)
        )
    training, homologation = queries.allowances(rollout)
    assert (training.used, training.remaining, training.forecast, training.free, training.beyond) == (
        100,
        140,
        140,
        0,
        40,
    )
    assert (homologation.used, homologation.forecast, homologation.free) == (0, 0, 360)


def test_the_bar_says_in_words_what_it_shows(rollout, client_for):
    log(rollout, minutes=100, activity="training")
    page = client_for(rollout.people["client"]).get(f"/projetos/{rollout.pk}/horas/").content.decode()
    assert "Treinamento: 1h40 usadas, 0h00 previstas, 2h20 livres" in page


def test_why_shows_the_account_up_to_the_line_and_money_only_to_whom_it_concerns(rollout, client_for):
    log(rollout, MARCH, 300)
    log(rollout, MARCH + timedelta(days=1), 90)
    log(rollout, MARCH + timedelta(days=2), 15)
    url = f"/projetos/{rollout.pk}/horas/2/por-que/"
    answer = client_for(rollout.people["client"]).get(url)
    page = answer.content.decode()
    assert [row["entry"].number for row in answer.context["sums"]] == [1, 2, 2]
    assert "Regra 3" in page
    assert "Regra 5" in page
    assert "R$ 125,00" in page
    assert "R$" not in client_for(rollout.people["integrator"]).get(url).content.decode()
    assert client_for(rollout.people["stranger"]).get(url).status_code == 404
    assert client_for(rollout.people["client"]).get(url.replace("/2/", "/9/")).status_code == 404


def test_why_goes_over_closed_months_and_their_adjustments(rollout, client_for):
    entry = log(rollout, MARCH, 390)
    close_month(rollout)
    actions.adjust(entry, by=rollout.people["pm"], minutes=-60, reason="Menos")
    log(rollout, NOW - timedelta(hours=1), 60)
    with clock.at(NOW + timedelta(minutes=1)):
        answer = client_for(rollout.people["pm"]).get(f"/projetos/{rollout.pk}/horas/2/por-que/")
    account = [(row["entry"].number, row["step"].line.minutes, row["step"].after) for row in answer.context["sums"]]
    assert account == [(1, 360, 360), (1, 30, 360), (3, 60, 360), (2, -30, 360), (2, -30, 330)]
    assert "Regra 6" in answer.content.decode()


def test_a_deleted_entry_still_says_what_it_was(rollout, client_for):
    actions.delete(log(rollout), by=rollout.people["analyst"], reason="Engano")
    page = client_for(rollout.people["pm"]).get(f"/projetos/{rollout.pk}/horas/1/por-que/").content.decode()
    assert "não conta mais" in page
    assert "Homologação · 10/03/2026 10:00 · 1h00 · Teste" in page
