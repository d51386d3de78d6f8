"""How many queries a page asks of the database, and the scene with ten times its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from apps.blueprints.models import Blueprint
from apps.companies.models import Company, Kind, Membership, Person, Role
from apps.hours import queries as hours
from apps.hours.ledger import sums
from apps.invitations.models import Invitation
from apps.meetings.models import Attendee
from apps.prerequisites.credentials import certificate
from apps.rollouts.models import Assignment, Party, Rollout
from apps.stages.golive.models import ChecklistItem, Incident, Window
from apps.stages.homologation.models import Case
from apps.stages.kickoff.models import AgendaItem, AgreedMethod, Minutes
from presence_rollout.ops.multiply import multiply, repeat_events
from tests.companies.factories import several_people

MOST = 15
"""What any page may ask."""
MOST_BYTES_COLD, MOST_BYTES_WARM = 100_000, 30_000
"""What any page may weigh as it travels, with every static file that it asks for and without."""
PEOPLE = ("manager", "pm", "lead", "integrator")
COPIES = 9
NO_QUERIES = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "SET CONSTRAINTS")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements asked of the database meanwhile, without those that only begin or end a transaction."""
    statements: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not str(sql).startswith(NO_QUERIES):
            statements.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


def settle(session_key: str) -> None:
    """Do what only the first page of a session does: note that the terms were read and since when it is in use. That is
    noted as of tomorrow, so that no page notes it again while others are asked."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_key
    client.get(reverse("companies:list"))
    session = client.session
    session["used"] += 24 * 3600
    session.save()


def crowd(scene: Any) -> None:
    """Ten times the projects, and ten times what is in those whose pages are asked: people, items, cases, hours, events."""
    for rollout in (scene.rollout, scene.open_rollout):
        multiply_within(rollout)
    for event_pk in certificate.purges_without_names():
        certificate.keep_names(
            event_pk
        )  # The purges among the events that were repeated have their names, as each has.
    multiply(Rollout.objects.exclude(pk=scene.rollout.pk), COPIES, without={Invitation})
    client = scene.company
    multiply(
        Company.objects.filter(kind=Kind.CLIENT).exclude(pk=client.pk), COPIES, without={Party, Membership, Person}
    )
    places = [(company, Role.MEMBER) for company in scene.rollout.companies().values() if company.kind != Kind.PRESENCE]
    several_people(*places * COPIES, *[(scene.rollout.company("presence"), Role.ANALYST)] * COPIES)
    multiply(client.people.filter(user=None), COPIES)
    multiply(client.hour_statements.all(), COPIES)
    multiply(Invitation.objects.filter(company=client), COPIES)
    multiply(Blueprint.objects.filter(kind__in=("script", "term")).order_by("pk")[:2], COPIES)
    analyze()


def multiply_within(rollout: Rollout) -> None:
    """Ten times what there may be many of in one project."""
    for rows in _rows_of(rollout):
        multiply(rows, COPIES)
    sums.write_open(rollout, hours.open_lines(rollout))
    repeat_events(rollout, 1)


def analyze() -> None:
    """Else the server still takes the tables for small, and looks through all of them for a row."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rows_of(rollout: Rollout) -> Iterator[QuerySet[Any]]:
    """What there may be many of in one project."""
    yield rollout.prerequisites.all()
    yield rollout.waivers.all()
    yield Assignment.objects.filter(rollout=rollout)
    for model in (AgendaItem, AgreedMethod, Minutes):
        yield model.objects.filter(kickoff__rollout=rollout)
    yield from (rollout.due_dates.all(), rollout.progress_notes.all(), rollout.deliveries.all())
    yield Attendee.objects.filter(meeting__rollout=rollout)
    yield rollout.meetings.exclude(state="in_progress").exclude(kind="kickoff")
    first_cases = list(rollout.script.cases.values_list("pk", flat=True)[:8])
    yield Case.objects.filter(pk__in=first_cases)
    yield rollout.nonconformities.all()
    yield rollout.time_entries.filter(nonconformity=None, adjusts=None)
    for model in (ChecklistItem, Incident, Window):
        yield model.objects.filter(rollout=rollout)
