"""What others wrote at the same time: every constraint has words, and a view runs again while nothing of it was committed."""

import pytest
from django.apps import apps
from django.contrib import messages
from django.contrib.messages.storage import default_storage
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from psycopg import errors

from apps.accounts.models import User
from apps.accounts.proof import attempts, views
from apps.core.database import conflicts
from apps.core.models import UnfinishedWork
from apps.core.refusals import Refusal
from apps.core.web import retries
from apps.limits import actions as limits
from tests.accounts.proving import prove
from tests.companies.factories import UserFactory

pytestmark = pytest.mark.django_db

UNIQUE = """
    SELECT DISTINCT tables.relname FROM pg_index
    JOIN pg_class AS tables ON tables.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE indisunique AND NOT indisprimary AND nspname = 'public'
"""


def caused_by(kind, cause):
    try:
        raise kind from cause
    except kind as error:
        return error


def ended():
    return caused_by(OperationalError, errors.DeadlockDetected())


def taken():
    """As the database says it: a row that is there already."""
    UnfinishedWork.objects.create(kind="x", key="1")
    try:
        with transaction.atomic():
            UnfinishedWork.objects.create(kind="x", key="1")
    except IntegrityError as error:
        return error


@pytest.mark.parametrize("language", ["pt-br", "en"])
def test_every_table_with_something_unique_has_words_for_who_came_second(language):
    with connection.cursor() as cursor:
        cursor.execute(UNIQUE)
        tables = {table for (table,) in cursor.fetchall()}
    models = {model._meta.db_table: model for model in apps.get_models() if model.__module__.startswith("apps.")}
    ours = tables & models.keys()
    assert len(ours) > 50
    with translation.override(language):
        wrong = [
            table
            for table in ours
            if "verbose_name" not in models[table]._meta.original_attrs
            or str(models[table]._meta.verbose_name) not in conflicts.words_of(table)
        ]
        of_a_link = conflicts.words_of("accounts_user_groups")
    assert not wrong, wrong
    assert "(" not in of_a_link  # A row that only joins two others has no name.


def test_who_came_second_is_refused_with_the_thing_that_is_there_already():
    refusal = conflicts.refusal_of(taken())
    assert refusal.status == 409
    assert str(UnfinishedWork._meta.verbose_name) in refusal.message


def test_what_nobody_else_has_to_do_with_is_no_refusal():
    for cause in (errors.NotNullViolation(), errors.CheckViolation()):
        error = caused_by(IntegrityError, cause)
        assert not conflicts.was_overtaken(error)
        assert conflicts.refusal_of(error) is None
    assert not conflicts.was_overtaken(RuntimeError())


def through(view, method="post"):
    """What ``view`` answers, run as the handler runs it."""
    request = getattr(RequestFactory(), method)("/x/")
    request.session, request.htmx = None, False
    request.user = User()

    def get_response(request):
        try:
            return view(request)
        except Exception as error:
            if (response := middleware.process_exception(request, error)) is None:
                raise
            return response

    middleware = retries.RetryMiddleware(get_response)
    return middleware(request)


class Ends:
    """A view that the database ends ``times`` times."""

    def __init__(self, times, error=ended):
        self.times, self.error, self.runs = times, error, 0

    def __call__(self, request):
        self.runs += 1
        with transaction.atomic():
            UnfinishedWork.objects.create(kind="view", key="x")
            if self.runs <= self.times:
                raise self.error()
        return HttpResponse("done")


def test_a_view_that_the_database_ended_runs_again_and_leaves_nothing_twice():
    view = Ends(2)
    assert through(view).content == b"done"
    assert view.runs == 3
    assert UnfinishedWork.objects.count() == 1


def test_it_is_tried_three_times_and_then_somebody_is_told():
    view = Ends(9)
    with pytest.raises(OperationalError):  # Which is answered 503, when to try again: core.web.outages.
        through(view)
    assert view.runs == conflicts.TRIES
    assert not UnfinishedWork.objects.exists()


def test_who_is_always_second_is_told_what_is_there_already():
    view = Ends(9, taken)
    answer = through(view)
    assert (answer.status_code, view.runs) == (409, conflicts.TRIES)


def test_a_failure_of_ours_is_not_tried_again():
    view = Ends(9, lambda: caused_by(IntegrityError, errors.CheckViolation()))
    with pytest.raises(IntegrityError):
        through(view)
    assert view.runs == 1


def test_a_view_runs_again_without_the_messages_of_before():
    view = Ends(1)

    def speaking(request):
        if not hasattr(request, "_messages"):
            request._messages = default_storage(request)
        messages.info(request, "x")
        response = view(request)
        assert len(request._messages) == 1
        return response

    assert through(speaking).status_code == 200
    assert view.runs == 2


def ends_once(action):
    """``action``, whose first transaction the database ends."""
    calls = []

    def ending(*args, **kwargs):
        calls.append(args)
        if len(calls) == 1:
            raise ended()
        return action(*args, **kwargs)

    return ending


def test_a_view_runs_again_with_nothing_that_the_first_run_knew_of_the_person(client_for, monkeypatch):
    people = []

    def choose(person, **chosen):
        people.append(person)
        if len(people) == 1:
            person.name, person._company_roles = "Outra", {}
            raise ended()
        assert (person.name, hasattr(person, "_company_roles")) == (user.name, False)

    user = UserFactory()
    monkeypatch.setattr("apps.notices.actions.choose", choose)
    assert client_for(user).post(reverse("notices:preferences"), {}).status_code == 302
    assert len(people) == 2


def test_a_try_to_prove_who_one_is_counts_once_however_often_it_runs(client_for, monkeypatch):
    counted = []
    monkeypatch.setattr(attempts, "begin", lambda request, name: counted.append(name))
    monkeypatch.setattr(views, "reauthenticate_by_password", ends_once(views.reauthenticate_by_password))
    prove(client_for(UserFactory()))
    assert counted == ["account_reauthenticate"]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_view_that_committed_something_before_is_not_run_again():
    runs = []

    def view(request):
        runs.append(1)
        UnfinishedWork.objects.create(kind="first", key="x")
        Ends(1)(request)

    with pytest.raises(OperationalError):
        through(view)
    assert runs == [1]
    assert UnfinishedWork.objects.get().kind == "first"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_counting_a_request_and_reading_keep_no_view_from_running_again():
    view = Ends(1)
    limit = limits.Limit("of the test", ((9, limits.HOUR),))

    def counting(request):
        limits.take(limit, 1)
        assert UnfinishedWork.objects.count() == 0
        return view(request)

    assert through(counting).content == b"done"
    assert view.runs == 2


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ('SELECT "a" FROM "b"', True),
        ('(SELECT 1) UNION (SELECT 2)', True),
        ('SELECT "a" FROM "b" FOR NO KEY UPDATE OF "b"', False),
        ("SELECT pg_advisory_xact_lock(1)", False),
        ("SAVEPOINT x", True),
        ("INSERT INTO a VALUES (1)", False),
        ("WITH x AS (DELETE FROM a RETURNING 1) SELECT 1", False),
    ],
)  # fmt: skip
def test_what_only_reads_is_told_from_what_writes_or_locks(sql, reads):
    assert retries.only_reads(sql) is reads


def test_work_that_the_database_ended_is_done_again_at_once():
    outcomes = iter([ended(), ended(), None])

    def action():
        if (error := next(outcomes)) is not None:
            raise error
        return "done"

    assert conflicts.do_again(action) == "done"


def test_work_that_was_refused_or_failed_is_not_done_again_at_once():
    runs = []

    def action():
        runs.append(1)
        raise Refusal("x")

    with pytest.raises(Refusal):
        conflicts.do_again(action)
    assert runs == [1]
