"""The views that other programs read: each can be read, is described, holds nothing secret, and agrees with the pages."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, NotSupportedError, connection, transaction
from django.db.migrations import RunSQL
from django.db.migrations.state import ProjectState

from apps.core import clock, workdays
from apps.core.database.views import SCHEMA, with_views_set_aside
from apps.core.process import Stage
from apps.hours.ledger import actions as ledger
from apps.hours.logging import reading
from apps.hours.models import HourSum
from apps.portfolio.projects import columns, filters
from apps.reporting import holidays, roles
from apps.reporting.models import Holiday
from apps.rollouts import actions, events, timeline
from apps.rollouts.models import PlannedStage, Rollout
from tests.homologation.conftest import with_a_round
from tests.homologation.factories import NonconformityFactory, ResultFactory
from tests.hours.factories import APRIL, close_client_month, log
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reporting.md"
OF_PEOPLE = {"accounts_user": {"id", "name"}, "acceptance_signatory": {"term_id", "state"}}
"""All that the views may read of tables that are about people."""
SECRETIVE = ("vault_", "api_", "outbox_", "account_", "mfa_", "accounts_", "companies_person", "companies_membership")
"""Tables of which, but for ``OF_PEOPLE``, no view reads anything."""
TEXTS_OF_PEOPLE = {
    "note",
    "text",
    "reason",
    "comment",
    "description",
    "email",
    "phone",
    "content",
    "values",
    "objection",
}


def rows(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def view_names():
    return [
        row["table_name"]
        for row in rows("SELECT table_name FROM information_schema.views WHERE table_schema = %s ORDER BY 1", SCHEMA)
    ]


def read(view):
    return rows(f"SELECT * FROM {SCHEMA}.{view}")


@pytest.fixture
def rollouts():
    """One that is late, one ahead of its plan and on hold, one that is completed."""
    holidays.update(Holiday)  # A test of transactions empties every table.
    late, held = RolloutFactory(), at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    closed = at_stage(RolloutFactory(), Stage.COMPLETED)
    for rollout, stage, days in (
        (late, Stage.DEVELOPMENT, -19),
        (held, Stage.ACCEPTANCE, 2),
        (closed, Stage.GO_LIVE, -9),
    ):
        PlannedStage.objects.create(rollout=rollout, stage=stage, starts=clock.today() + timedelta(days=days))
    actions.hold(held, by=held.people["manager"], caused_by="client", reason="Férias", seen_version=held.version)
    return late, held, closed


def test_there_are_views_and_each_says_what_it_and_its_columns_are():
    assert len(view_names()) >= 18
    silent = rows(
        """SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
        WHERE relnamespace = 'reporting'::regnamespace
        AND (col_description(pg_class.oid, attnum) IS NULL OR obj_description(pg_class.oid) IS NULL)"""
    )
    assert silent == []


def test_each_view_stands_in_the_document_and_the_document_names_no_other():
    named = {
        line.split("`")[1]
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith("| `") and "`reporting" not in line
    }
    assert named == set(view_names())


class TestARole:
    @pytest.fixture
    def role(self):
        assert roles.apply("reporting_reads_nothing_else")
        return "reporting_reads_nothing_else"

    def test_reads_every_view(self, role, rollouts):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            for view in view_names():
                cursor.execute(f"SELECT * FROM {SCHEMA}.{view}")
            cursor.execute("RESET ROLE")

    def test_may_do_nothing_with_any_table_and_nothing_but_read_with_a_view(self, role):
        rights = rows(
            """SELECT nspname, relname, privilege FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace,
            unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
            WHERE relkind IN ('r', 'v', 'm', 'p', 'f') AND nspname <> 'information_schema' AND nspname !~ '^pg_'
            AND (has_table_privilege(%s, pg_class.oid, privilege)
                OR privilege = 'SELECT' AND has_any_column_privilege(%s, pg_class.oid, 'SELECT'))""",
            role,
            role,
        )
        assert {(row["nspname"], row["privilege"]) for row in rights} == {(SCHEMA, "SELECT")}
        assert {row["relname"] for row in rights} == set(view_names())
        assert not rows("SELECT 1 WHERE has_schema_privilege(%s, 'reporting', 'CREATE')", role)
        assert not rows(
            "SELECT 1 FROM pg_roles WHERE rolname = %s AND (rolsuper OR rolcreaterole OR rolcreatedb)", role
        )

    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT * FROM vault_secret",
            "SELECT email FROM accounts_user",
            "SELECT * FROM reporting_holiday",
            "DELETE FROM reporting.holds",
            "CREATE TABLE reporting.mine (a int)",
        ],
    )
    def test_is_refused_anything_else(self, role, statement):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            with pytest.raises(DatabaseError, match="permission denied"):
                cursor.execute(statement)
            transaction.set_rollback(True)

    def test_reads_a_view_that_a_later_release_makes(self, role):
        with connection.cursor() as cursor:
            cursor.execute("CREATE VIEW reporting.later AS SELECT 1 AS one")
            cursor.execute(f"SET LOCAL ROLE {role}")
            cursor.execute("SELECT one FROM reporting.later")
            assert cursor.fetchone() == (1,)
            cursor.execute("RESET ROLE")


class TestWhatIsSecret:
    def test_views_read_of_people_only_what_a_report_needs_and_of_secrets_nothing(self):
        used: dict[str, set[str]] = {}
        for row in rows(
            "SELECT table_name, column_name FROM information_schema.view_column_usage WHERE view_schema = %s", SCHEMA
        ):
            used.setdefault(row["table_name"], set()).add(row["column_name"])
        assert len(used) > 15
        about_people = {
            table: names for table, names in used.items() if table.startswith(SECRETIVE) or table in OF_PEOPLE
        }
        assert about_people == OF_PEOPLE

    def test_no_column_is_named_like_a_secret_or_like_what_people_write(self):
        names = rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s", SCHEMA)
        words = {(row["table_name"], word) for row in names for word in row["column_name"].split("_")}
        secretive = {"secret", "password", "token", "digest", "ciphertext", "credential", "cpf", "address", "data"}
        assert [(view, word) for view, word in words if word in secretive | TEXTS_OF_PEOPLE] == []

    def test_titles_that_people_wrote_for_one_project_are_not_there(self):
        script = with_a_round()
        case = script.cases.first()
        item, _shipped = (PrerequisiteFactory(rollout=script.rollout, key=key) for key in ("own", "shipped"))
        typed = {"pt": "Vale-presente da Marcela"}
        for row in (case, item):
            type(row).objects.filter(pk=row.pk).update(title=typed, is_own=True)
        for view, key, row in (("cases", "case_id", case), ("prerequisites", "prerequisite_id", item)):
            titles = {line[key]: line["title"] for line in read(view) if line["project_id"] == script.rollout.pk}
            assert titles.pop(row.pk) is None
            assert titles
            assert all(titles.values())
        assert not [view for view in view_names() if "Marcela" in str(read(view))]

    def test_each_view_is_a_barrier(self):
        options = rows(
            "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'"
        )
        assert [row["relname"] for row in options if row["reloptions"] != ["security_barrier=true"]] == []

    def test_an_erased_person_is_a_number(self, rollouts):
        manager = rollouts[0].project_manager
        type(manager).objects.filter(pk=manager.pk).update(name="", erased_at=clock.now())
        project = next(row for row in read("projects") if row["project_id"] == rollouts[0].pk)
        assert project["manager"] == f"Pessoa removida {manager.pk}"


class TestAgreement:
    def test_projects_say_what_the_list_of_projects_says(self, rollouts):
        projects = {row["project_id"]: row for row in read("projects")}
        for rollout in filters.with_facts(Rollout.objects.for_listing()):
            row = projects[rollout.pk]
            page = {column.key: column.value(rollout) for column in columns.COLUMNS}
            assert row["days_late"] == page["late"]
            assert row["open_requirements"] == page["waiting"]
            assert (row["project_code"], row["title"]) == (page["code"], page["client"])
            assert (row["stage"], row["holder"] or "") == (page["stage"], page["holder"])
            assert (row["platform"], row["integrator"], row["manager"]) == (
                page["platform"], page["integrator"], page["manager"],
            )  # fmt: skip
            assert (row["next_planned"] or "") == (rollout.next_planned or "")
            assert row["is_on_hold"] == (rollout.open_hold is not None)
        assert projects[rollouts[0].pk]["days_late"] > 9
        assert projects[rollouts[1].pk]["is_on_hold"]

    def test_hours_add_up_to_the_kept_sums_and_to_what_the_page_reads(self):
        rollout = RolloutFactory()
        entry = log(rollout, minutes=300, activity="training")
        log(rollout, minutes=90, activity="follow_up")
        pm = rollout.people["pm"]
        ledger.delete(log(rollout, start=APRIL, minutes=45, activity="internal"), by=pm, reason="Engano")
        with clock.at(datetime(2026, 5, 6, 13, tzinfo=UTC)):
            close_client_month(rollout)
            ledger.adjust(entry, by=pm, minutes=-60, reason="Engano")
            page = reading.read(pm, reading.Filters(date(2026, 1, 1), date(2026, 12, 31)))
        lines = read("hours_lines")
        assert (
            sum(row["minutes"] for row in lines)
            == page.total.minutes
            == sum(HourSum.objects.values_list("minutes", flat=True))
        )
        assert sum(row["amount_centavos"] for row in lines) == page.total.amount
        for hour_class in ("included", "billable", "free"):
            minutes = sum(row["minutes"] for row in lines if row["hour_class"] == hour_class)
            assert minutes == getattr(page.total, hour_class)
        closed = [row for row in lines if row["is_closed"]]
        for view in ("project_statements", "client_statements"):
            (statement,) = read(view)
            assert statement["amount_centavos"] == sum(row["amount_centavos"] for row in closed)
            assert statement["charged_minutes"] == sum(row["charged_minutes"] for row in closed)
            assert statement["included_minutes"] == sum(
                row["minutes"] for row in closed if row["hour_class"] == "included"
            )

    def test_stages_are_those_of_the_timeline_and_the_last_one_is_the_present(self):
        rollout = RolloutFactory()
        manager = rollout.people["manager"]
        with timeline.changing(rollout) as locked:
            timeline.record(locked, events.Created(platform="VTEX"), manager)
        rollout.refresh_from_db()
        actions.cancel(rollout, by=manager, reason="O cliente desistiu", seen_version=rollout.version)
        stages = [row for row in read("stages") if row["project_id"] == rollout.pk]
        assert [(row["visit"], row["stage"]) for row in stages] == [(1, "kickoff"), (2, "cancelled")]
        assert stages[0]["left_at"] == stages[1]["entered_at"]
        assert stages[1]["left_at"] is None

    def test_the_script_and_its_results_are_there(self):
        script = with_a_round()
        by, case = script.rollout.people["manager"], script.cases.first()
        result = ResultFactory(round=script.rounds.get(), case=case, by=by)
        nonconformity = NonconformityFactory(rollout=script.rollout, case=case, opened_by=by)
        assert [row["case_id"] for row in read("results")] == [result.case_id]
        assert result.case_id in {row["case_id"] for row in read("cases")}
        assert [row["number"] for row in read("nonconformities")] == [nonconformity.number]

    def test_business_days_are_counted_as_the_application_counts_them(self):
        holidays.update(Holiday)
        calendar = {row["day"]: row for row in read("calendar")}
        day = date(2026, 1, 1)
        while day < date(2028, 1, 1):
            assert calendar[day]["is_business_day"] == workdays.is_workday(day), day
            day += timedelta(days=1)
        first, last = date(2026, 2, 10), date(2027, 1, 4)
        counted = calendar[last]["business_days_through"] - calendar[first]["business_days_through"]
        assert counted == workdays.between(first, last)
        assert calendar[date(2026, 9, 7)]["holiday"]


class TestAMigrationThatChangesAColumn:
    CHANGE = "ALTER TABLE rollouts_rollout ALTER COLUMN connector_version TYPE varchar(120)"

    @staticmethod
    def described():
        return rows(
            """SELECT relname, attname, col_description(pg_class.oid, attnum), pg_get_viewdef(pg_class.oid), relacl,
            reloptions FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
            WHERE relnamespace = 'reporting'::regnamespace ORDER BY relname, attnum"""
        )

    def test_is_refused_while_a_view_reads_it(self):
        with pytest.raises(DatabaseError, match="used by a view"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self.CHANGE)

    def test_has_the_views_set_aside_and_finds_them_as_they_were(self):
        roles.apply("reporting_reads_nothing_else")
        before = self.described()
        state = ProjectState()
        with connection.schema_editor(atomic=True) as editor:
            for operation in with_views_set_aside(RunSQL(self.CHANGE)):
                operation.database_forwards("rollouts", editor, state, state)
        after = self.described()
        assert len(after) > 100
        assert [{**row, "pg_get_viewdef": 0} for row in after] == [{**row, "pg_get_viewdef": 0} for row in before]
        for view in view_names():
            read(view)

    def test_in_a_migration_without_a_transaction_is_refused_before_anything_is_dropped(self):
        state = ProjectState()
        for operation in with_views_set_aside():
            with connection.schema_editor(atomic=False) as editor, pytest.raises(NotSupportedError, match="atomic"):
                operation.database_forwards("rollouts", editor, state, state)
        assert view_names()

    def test_cannot_leave_out_a_column_that_a_view_reads(self):
        with pytest.raises(DatabaseError, match="depend"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE rollouts_hold DROP COLUMN caused_by")
