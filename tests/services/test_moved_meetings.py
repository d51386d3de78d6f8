"""What the stages kept of their meetings before meetings had an app: all arrives, and nobody becomes somebody else."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [
    ("meetings", "0001_initial"),
    ("kickoff", "0001_initial"),
    ("training", "0001_initial"),
    ("homologation", "0001_initial"),
    ("hours", "0001_initial"),
]
AFTER = [
    ("kickoff", "0002_meetings"),
    ("training", "0002_meetings"),
    ("homologation", "0002_meetings"),
    ("hours", "0002_sources_of_meetings"),
]
HELD = datetime(2026, 3, 2, 13, tzinfo=UTC)
AHEAD = datetime(2026, 3, 9, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(targets):
    """The historical models of ``targets``, after migrating there; those of the companies as they are in the database."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    companies = executor.loader.graph.leaf_nodes("companies")
    return executor.loader.project_state([*targets, *companies]).apps


def a_rollout(models):
    """Four companies with accounts: two at the client bear one name, and one at the integrator bears it too."""
    companies = {
        role: models.Company.objects.create(
            kind=role, trade_name=name, legal_name=f"{name} Ltda.", cnpj=f"{number:014d}", state="SP"
        )
        for number, (role, name) in enumerate(
            {"presence": "Presence", "platform": "VTEX", "integrator": "Conecta", "client": "Aurora"}.items(), start=1
        )
    }
    platform = models.Platform.objects.create(slug="vtex-antes", name="VTEX")
    people = {}

    def an_account(key, role, name):
        user = models.User.objects.create(name=name, email=f"{key}@{role}.com.br")
        models.Person.objects.create(user=user, company=companies[role])
        models.Membership.objects.create(user=user, company=companies[role], role="member")
        people[key] = user

    an_account("analyst", "presence", "Ana Analista")
    an_account("rita", "client", "Rita Alves")
    an_account("joao1", "client", "João Silva")
    an_account("joao2", "client", "João Silva")
    an_account("joao3", "integrator", "João Silva")
    rollout = models.Rollout.objects.create(platform=platform, project_manager=people["analyst"])
    for role, company in companies.items():
        models.Party.objects.create(rollout=rollout, role=role, company=company)
    return SimpleNamespace(rollout=rollout, companies=companies, people=people)


def models_of(apps):
    names = {
        "User": "accounts", "Company": "companies", "Membership": "companies", "Person": "companies",
        "PersonEmail": "companies", "Platform": "blueprints", "Rollout": "rollouts", "Party": "rollouts",
    }  # fmt: skip
    return SimpleNamespace(apps=apps, **{name: apps.get_model(app, name) for name, app in names.items()})


def attendees(meeting):
    """``(party, account's e-mail or name, company, attended)`` of everybody on the list, in order."""
    rows = meeting.attendees.select_related("person__user").order_by("pk")
    return [
        (row.party, (row.person.user.email if row.person.user else row.person.name), "", row.attended)
        if row.person
        else (row.party, row.name, row.company, row.attended)
        for row in rows
    ]


@pytest.fixture
def before(transactional_db):
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    yield models_of(at(BEFORE))
    MigrationExecutor(connection).migrate(leaves)


@pytest.mark.services
class TestTheMove:
    def test_every_meeting_arrives_with_who_was_there(self, before):
        given = a_rollout(before)
        people, rollout = given.people, given.rollout
        record = before.Person.objects.create(company=given.companies["client"], name="José do Estoque")
        before.PersonEmail.objects.create(person=record, email="ze@aurora.com.br")

        kickoff = before.apps.get_model("kickoff", "Kickoff").objects.create(
            rollout=rollout, scheduled_at=HELD, held_at=HELD, link="https://meet.example.com/a",
            scheduled_by=people["analyst"], confirmed_by=people["rita"], confirmed_at=HELD - HOUR,
        )  # fmt: skip
        for party, name, email, attended in [
            ("presence", "Ana", people["analyst"].email, True),  # by e-mail, whatever the name
            ("client", "rita  alves", "", True),  # by the one full name
            ("client", "João Silva", "", True),  # two at the client: a guest
            ("integrator", "João Silva", "", False),  # one at the integrator
            ("client", "José Estoquista", "ze@aurora.com.br", True),  # by the address of a record
            ("client", "Beto Caixa", "ze@aurora.com.br", True),  # who shares it, and is another
            ("platform", "Nova Pessoa", "nova@vtex.com.br", False),  # nobody yet, known by their address
            ("platform", "Sem Endereço", "", False),
        ]:
            kickoff.participants.create(party=party, name=name, email=email, attended=attended)

        training = before.apps.get_model("training", "TrainingSession").objects
        held = training.create(
            rollout=rollout, number=1, state="held", scheduled_at=HELD, planned_minutes=120, held_minutes=110, note="Bem",
            recorded_by=people["analyst"], recorded_at=HELD + 2 * HOUR,
        )  # fmt: skip
        for name, company in [("Rita Alves", "Aurora"), ("Ana Analista", "presence"), ("Beto", "Contábil Sul")]:
            held.attendances.create(name=name, company=company, position="Fiscal")
        training.create(rollout=rollout, number=2, scheduled_at=AHEAD, planned_minutes=90, objection="Inventário")
        training.create(
            rollout=rollout, number=3, state="cancelled", scheduled_at=AHEAD, planned_minutes=90, note="Sem equipe"
        )
        topic = before.apps.get_model("training", "Topic").objects.create(
            rollout=rollout, position=1, title={"pt": "Pedidos", "en": "Orders"}, minutes=30, covered_in=held
        )

        script = before.apps.get_model("homologation", "Script").objects.create(
            rollout=rollout, version=3, title={"pt": "x", "en": "x"}
        )
        session = script.sessions.create(
            number=1, planned_start=HELD, planned_minutes=60, started_at=HELD, ended_at=HELD + HOUR,
            led_by=people["analyst"],
        )  # fmt: skip
        session.attendances.create(party="presence", person=people["analyst"])
        session.attendances.create(party="client", person=people["joao2"], arrived_at=HELD + HOUR / 2)
        session.attendances.create(party="client", name="João Silva")
        session.absences.create(party="integrator", reason="Sem agenda")
        script.sessions.create(number=2, planned_start=AHEAD, planned_minutes=60, cancelled_at=HELD)
        script.sessions.create(number=3, started_at=AHEAD, led_by=people["analyst"])
        proposals = before.apps.get_model("hours", "Proposal").objects
        for source in (f"session:{held.pk}.1", f"meeting:{session.pk}.1", "timer:9"):
            proposals.create(
                person=people["analyst"], rollout=rollout, source=source, activity="training", started_at=HELD,
                minutes=60, state="dismissed",
            )  # fmt: skip

        after = at(AFTER)
        meetings = {
            (meeting.kind, meeting.number): meeting
            for meeting in after.get_model("meetings", "Meeting").objects.filter(rollout=rollout.pk)
        }
        assert {key: meeting.state for key, meeting in meetings.items()} == {
            ("kickoff", 1): "held",
            ("training", 1): "held",
            ("training", 2): "planned",
            ("training", 3): "cancelled",
            ("homologation", 1): "held",
            ("homologation", 2): "cancelled",
            ("homologation", 3): "in_progress",
        }
        first = meetings["kickoff", 1]
        assert (first.started_at, first.ended_at, first.link) == (HELD, None, "https://meet.example.com/a")
        assert (first.confirmed_by_id, first.scheduled_by_id) == (people["rita"].pk, people["analyst"].pk)
        assert attendees(first) == [
            ("presence", people["analyst"].email, "", True),
            ("client", people["rita"].email, "", True),
            ("client", "João Silva", "", True),
            ("integrator", people["joao3"].email, "", False),
            ("client", "José do Estoque", "", True),
            ("client", "Beto Caixa", "", True),
            ("platform", "Nova Pessoa", "", False),
            ("platform", "Sem Endereço", "", False),
        ]
        assert (
            after.get_model("companies", "PersonEmail").objects.get(email="nova@vtex.com.br").person.name
            == "Nova Pessoa"
        )

        lesson = meetings["training", 1]
        assert (lesson.started_at, lesson.ended_at, lesson.note) == (HELD, HELD + timedelta(minutes=110), "Bem")
        assert attendees(lesson) == [
            ("client", people["rita"].email, "", True),
            ("presence", people["analyst"].email, "", True),
            ("client", "Beto", "Contábil Sul", True),
        ]
        assert lesson.attendees.get(name="Beto").position == "Fiscal"
        assert after.get_model("training", "Topic").objects.get(pk=topic.pk).covered_in_id == lesson.pk
        assert meetings["training", 2].objection == "Inventário"
        assert (meetings["training", 3].reason, meetings["training", 3].note) == ("Sem equipe", "")
        assert lesson.calendar_key == f"INT-{rollout.pk:04d}-treinamento-1"

        test = meetings["homologation", 1]
        assert attendees(test) == [
            ("presence", people["analyst"].email, "", True),
            ("client", people["joao2"].email, "", True),
            ("client", "João Silva", "", True),
        ]
        assert test.attendees.get(person__user=people["joao2"].pk).arrived_at == HELD + HOUR / 2
        assert [(row.party, row.reason) for row in test.absences.all()] == [("integrator", "Sem agenda")]
        assert test.calendar_key == f"INT-{rollout.pk:04d}-homologacao-3-1"
        sources = after.get_model("hours", "Proposal").objects.order_by("pk").values_list("source", flat=True)
        assert list(sources) == [f"training:{rollout.pk}.1", f"homologation:{rollout.pk}.1", "timer:9"]

    def test_participants_without_a_date_stand_on_a_meeting_without_one(self, before):
        given = a_rollout(before)
        kickoff = before.apps.get_model("kickoff", "Kickoff").objects.create(rollout=given.rollout)
        kickoff.participants.create(party="client", name="Rita Alves")
        after = at(AFTER)
        meeting = after.get_model("meetings", "Meeting").objects.get()
        assert (meeting.state, meeting.planned_start) == ("planned", None)
        assert attendees(meeting) == [("client", given.people["rita"].email, "", False)]
