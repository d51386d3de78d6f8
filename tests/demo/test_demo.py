"""The demonstration: every stage, consistent timelines, never over other data."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from apps.accounts.models import User
from apps.api.models import ApiToken
from apps.blueprints.models import Blueprint, ScriptDraft
from apps.core import clock, plugins, workdays
from apps.core.process import Stage
from apps.meetings.models import Attendee, Meeting
from apps.portal.queries import open_to
from apps.rollouts import read_model, timeline
from apps.rollouts.models import Event, Rollout
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.homologation import queries
from apps.stages.homologation.models import Evidence, RoundReport
from tests.companies.factories import UserFactory
from tests.demonstration import demonstration

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="class")
def now(django_db_setup, django_db_blocker, tmp_path_factory):
    with demonstration(django_db_blocker, tmp_path_factory.mktemp("demonstration") / "files") as now:
        yield now


def lists_agree_with_the_permissions() -> int:
    """Who may settle a requirement is the same by its row, which lists read, and by its answer's permission; how many were
    compared."""
    compared = 0
    for rollout in Rollout.objects.open():
        for person in User.objects.filter(memberships__company__parties__rollout=rollout).distinct():
            if rollout.roles_of(person) == {"presence"}:
                continue  # Their lists do not say it.
            listed = {row.key: row.is_answerable for row in open_to(person).filter(rollout=rollout)}
            for row in rollout.open_requirements.filter(Q(blocking=True) | Q(gate="")):
                answer = plugins.answer_to(rollout, row.key)
                if answer is None or row.key.startswith("kickoff:minutes_answer:"):
                    continue  # Each company answers for itself, which the action says, not the permission.
                compared += 1
                allowed = person.has_perm(answer.permission, answer.subject)
                assert listed.get(row.key, False) == allowed, f"{rollout.code} {row.key} {person}: {answer.permission}"
    return compared


def test_it_shows_every_stage_with_chains_that_hold_and_nothing_in_the_future(now):
    assert set(Rollout.objects.values_list("stage", flat=True)) == set(Stage.values)
    assert all(timeline.verify(rollout) is None for rollout in Rollout.objects.all())
    with clock.at(now):
        assert {rollout.code: read_model.differences(rollout) for rollout in Rollout.objects.all()} == {
            rollout.code: [] for rollout in Rollout.objects.all()
        }
        assert lists_agree_with_the_permissions() > 40
    assert Event.objects.latest("at").at <= now
    assert AcceptanceTerm.objects.filter(state="signed", sealed__isnull=False, rollout__stage=Stage.COMPLETED).exists()
    assert AcceptanceTerm.objects.filter(state="ready", expires_at__gt=now).exists()
    assert Rollout.objects.filter(holds__ended_at=None, holds__isnull=False).exists()
    assert Rollout.objects.filter(nonconformities__state="open", nonconformities__severity="blocking").exists()
    assert Blueprint.objects.current("script").origin == "edited"
    assert ScriptDraft.objects.exists()
    assert Rollout.objects.filter(script__frozen_at=None, script__cases__is_own=True).exists()
    assert ApiToken.objects.get().last_used_at <= now
    the_homologation_shows_what_it_can_do()
    no_meeting_is_planned_on_a_sunday_or_a_holiday()


def the_homologation_shows_what_it_can_do():
    rollout = Rollout.objects.get(nonconformities__state="open", nonconformities__severity="blocking")
    script = rollout.script
    assert [round_.number for round_ in script.rounds.all()] == [1, 2]
    sessions = queries.sessions_of(rollout.pk)
    assert all(session.minutes and session.minutes < 480 for session in sessions.held())
    assert Attendee.objects.filter(meeting__in=sessions.held(), person=None).exists()
    pieces = Evidence.objects.filter(result__case__script=script)
    assert all(pieces.exclude(**blank).exists() for blank in ({"text": ""}, {"link": ""}, {"file": None}))
    assert rollout.nonconformities.get(state="open").comments.count() == 3
    assert sum(status.awaits_confirmation for status in queries.case_statuses(script)) == 1
    assert RoundReport.objects.filter(round__script=script).exists()
    assert sessions.planned().exists()
    ready = Rollout.objects.get(stage=Stage.HOMOLOGATION, nonconformities=None)
    assert queries.to_run(ready.script).count() == ready.script.cases.count() >= 80


def no_meeting_is_planned_on_a_sunday_or_a_holiday():
    planned = Meeting.objects.exclude(planned_start=None)
    assert planned.exists()
    days = {clock.day_of(meeting.planned_start, clock.installation_zone()) for meeting in planned}
    assert [day for day in days if not workdays.is_workday(day)] == []


def test_it_refuses_a_database_that_holds_anything():
    UserFactory()
    with pytest.raises(CommandError, match="not empty"):
        call_command("demo")
    out = StringIO()
    call_command("demo", "--if-empty", stdout=out)
    assert out.getvalue() == ""
    assert not Rollout.objects.exists()


def test_it_says_how_to_sign_in():
    out = StringIO()
    call_command("demo", "--sign-ins", stdout=out)
    assert "cliente@aurora.demo" in out.getvalue()


@pytest.mark.django_db
def test_production_gets_no_people_with_a_public_password(settings):
    settings.SECRET_KEY = "a-secret-of-its-own"  # noqa: S105
    with pytest.raises(CommandError, match="DEBUG=1 only"):
        call_command("demo")
    assert not User.objects.exists()
