"""Two people at once, on a real PostgreSQL; a real worker on a real Redis."""

import os
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from apps.accounts.models import User
from apps.companies import actions as companies
from apps.companies.models import Role
from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Refusal
from apps.hours import queries
from apps.hours.ledger import actions as hours
from apps.hours.ledger import days, proposals
from apps.hours.logging import timers
from apps.hours.models import Proposal, Timer
from apps.portal.models import Draft
from apps.prerequisites import actions as prerequisites
from apps.rollouts import actions, managers, timeline
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Rollout
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.tasks import render_term
from presence_rollout.ops.services import spawn, stop, wait_until
from tests import read_model
from tests.acceptance.factories import a_draft
from tests.companies.factories import a_person
from tests.hours.factories import ProposalFactory
from tests.portal.factories import DraftFactory
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.asking import rules_of_the_test
from tests.rollouts.factories import RolloutFactory

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def at_once(*jobs):
    """Run ``jobs`` in threads that start together; their results or exceptions, in order."""
    together = threading.Barrier(len(jobs))
    outcomes = [None] * len(jobs)

    def run(place, job):
        together.wait()
        try:
            outcomes[place] = job()
        except Exception as error:  # noqa: BLE001
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_two_transitions_at_once_one_wins_and_the_other_is_told(monkeypatch):
    rules_of_the_test(monkeypatch)
    rollout = RolloutFactory()
    pm, manager = rollout.people["pm"], rollout.people["manager"]
    outcomes = at_once(
        lambda: actions.advance(rollout, Gate.START_DEVELOPMENT, by=pm, seen_version=0),
        lambda: actions.advance(rollout, Gate.START_DEVELOPMENT, by=manager, seen_version=0),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Rollout", "Stale"]
    refusal = next(outcome for outcome in outcomes if isinstance(outcome, actions.Stale))
    assert "Desenvolvimento" in refusal.details[0]
    rollout = Rollout.objects.get(pk=rollout.pk)
    assert (rollout.stage, rollout.version) == (Stage.DEVELOPMENT, 1)
    assert timeline.verify(rollout) is None


def test_an_action_in_one_project_makes_no_row_wait_that_only_refers_to_it():
    """What names a project or a person is written while an action changes it: only another action waits."""
    rollout = RolloutFactory()

    with timeline.changing(rollout):
        (outcome,) = at_once(waiting_for_nobody(lambda: DraftFactory(rollout=rollout, user=rollout.people["client"])))
    assert isinstance(outcome, Draft)


def waiting_for_nobody(job):
    """``job``, which fails instead of waiting for a lock for longer than two seconds."""

    def run():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return job()

    return run


def test_who_acts_in_one_project_does_not_wait_for_who_acts_in_another():
    first, second = RolloutFactory(), RolloutFactory()
    item = PrerequisiteFactory(rollout=second)
    work = {"activity": "internal", "started_at": clock.now() - timedelta(hours=10), "minutes": 60, "note": "Aula"}
    read_model.follow()
    with timeline.changing(first):
        outcomes = at_once(waiting_for_nobody(lambda: prerequisites.submit(item, by=second.people["client"], text="x")))
        outcomes += at_once(waiting_for_nobody(lambda: hours.log(second, by=second.people["analyst"], **work)))
    assert [type(outcome).__name__ for outcome in outcomes] == ["Submission", "TimeEntry"]


def test_who_logs_hours_does_not_wait_for_a_change_of_their_account():
    """A change of address locks the account and then the projects where they sign; hours take their locks the other way."""
    rollout = RolloutFactory()
    analyst = rollout.people["analyst"]
    work = {"activity": "internal", "started_at": clock.now() - timedelta(hours=10), "minutes": 60, "note": "Aula"}
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=analyst.pk)
        (outcome,) = at_once(waiting_for_nobody(lambda: hours.log(rollout, by=analyst, **work)))
    assert type(outcome).__name__ == "TimeEntry"


def test_two_entries_at_once_at_the_edge_of_the_allowance_share_it_once():
    rollout = RolloutFactory()
    work = {"activity": "training", "started_at": clock.now() - timedelta(hours=10), "minutes": 180, "note": "Aula"}

    def log(who):
        return lambda: hours.log(rollout, by=rollout.people[who], **work)

    outcomes = at_once(log("pm"), log("analyst"))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    totals = queries.totals(queries.lines(rollout))
    assert (totals["included"], totals["billable"]) == (240, 120)
    assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None


def test_two_rollouts_at_once_never_give_a_person_more_than_their_day():
    first, second = RolloutFactory(), RolloutFactory()
    person = first.people["analyst"]
    work = {"activity": "internal", "started_at": clock.now() - timedelta(days=2), "minutes": 720, "note": "x"}
    outcomes = at_once(
        lambda: hours.log(first, by=person, **work),
        lambda: hours.log(second, by=person, **work),
        lambda: hours.log(first, by=person, **work),
        lambda: hours.log(second, by=person, **work),
    )
    begun = clock.now() - timedelta(days=2)
    shares = list(days.minutes_by_day(person, begun, 1440))
    assert shares
    assert all(already <= 1440 for _day, already, _more in shares)
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) in (2, 3)


def test_pressing_twice_at_once_logs_a_proposal_once():
    rollout = RolloutFactory()
    kept = ProposalFactory(person=rollout.people["analyst"], rollout=rollout)

    def press():
        return proposals.accept(
            kept, by=kept.person, activity="internal", started_at=kept.started_at, minutes=45, note="x"
        )

    outcomes = at_once(press, press)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refusal", "TimeEntry"]
    assert rollout.time_entries.count() == 1


def test_starting_twice_at_once_leaves_one_timer():
    rollout = RolloutFactory()
    person = rollout.people["analyst"]
    at_once(lambda: timers.start(rollout, by=person), lambda: timers.start(rollout, by=person))
    assert Timer.objects.filter(person=person).count() == 1
    assert Proposal.objects.filter(person=person).count() == 1


def test_a_real_worker_renders_the_term_and_rendering_twice_keeps_one():
    term = a_draft()
    env = {**os.environ, "DATABASE_URL": this_database_url()}
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "presence_rollout",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "warning",
    ]
    worker = spawn(command, env, stdout=subprocess.DEVNULL)
    try:
        render_term.delay(term.pk)
        render_term.delay(term.pk)
        wait_until(lambda: AcceptanceTerm.objects.filter(pk=term.pk, state="ready").exists(), "The worker", worker)
    finally:
        stop(worker)
    term.refresh_from_db()
    assert term.pdf is not None
    assert term.rollout.events.filter(kind="acceptance.rendered").count() == 1


def this_database_url() -> str:
    """The address of the database that this test runs on, for a process beside it."""
    chosen = settings.DATABASES["default"]
    host = chosen["HOST"]
    where = f"?host={host}" if host.startswith("/") else ""
    port = f":{chosen['PORT']}" if chosen["PORT"] else ""
    server = "" if where else host
    return (
        f"postgresql://{chosen['USER']}:{chosen['PASSWORD']}@{server}{port}/{connection.settings_dict['NAME']}{where}"
    )


def test_a_project_is_not_given_to_somebody_who_leaves_at_the_same_time():
    rollout = RolloutFactory()
    colleague = a_person(rollout.company("presence"), Role.PROJECT_MANAGER)
    place, manager = colleague.memberships.get(), rollout.people["manager"]
    outcomes = at_once(
        lambda: corrections.hand_over(rollout, by=manager, to=colleague, reason="Férias"),
        lambda: companies.remove_person(place, by=manager),
    )
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1
    rollout = Rollout.objects.get(pk=rollout.pk)
    assert managers.is_able(rollout.project_manager)
