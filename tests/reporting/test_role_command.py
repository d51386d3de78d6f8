"""The command that makes a role for the views: what it prints, what it does, what it refuses."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

pytestmark = pytest.mark.django_db
NAME = "reporting_command_test"


def run(*arguments) -> str:
    out = StringIO()
    call_command("reporting_role", *arguments, stdout=out)
    return out.getvalue()


def is_there(name=NAME) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [name])
        return cursor.fetchone()[0] == 1


def test_it_prints_what_it_would_do_and_does_nothing():
    text = run(NAME)
    assert "GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO reporting_command_test;" in text
    assert "\\password reporting_command_test" in text
    assert "PASSWORD '" not in text
    assert not is_there()


def test_it_makes_the_role_and_says_its_password_once():
    assert "Password of" in run(NAME, "--apply")
    assert is_there()
    assert "Password of" not in run(NAME, "--apply")
    assert "CREATE ROLE" not in run(NAME)


@pytest.mark.parametrize("name", ["Power BI", "pg_reader", 'x"; DROP SCHEMA reporting; --', "a" * 64, "número", "1a"])
@pytest.mark.parametrize("apply", [[], ["--apply"]])
def test_a_name_that_would_have_to_be_quoted_is_refused(name, apply):
    with pytest.raises(CommandError, match="small letters"):
        run(name, *apply)


def test_a_role_of_somebody_elses_is_left_alone():
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {NAME}")
    with pytest.raises(CommandError, match="Choose another name"):
        run(NAME, "--apply")


def test_where_the_application_may_make_no_roles_it_says_what_to_do():
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE reporting_powerless")
        cursor.execute("SET LOCAL ROLE reporting_powerless")
    with pytest.raises(CommandError, match="administrator"):
        run(NAME, "--apply")
