"""Queries that are compiled for who reads: the same that Django asks, for each who stands alike and for nobody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.companies import readers
from apps.companies.models import Company, roles_of
from apps.companies.readers import CompiledForReader
from apps.hours import queries as hours
from apps.portal import desk, queries
from apps.rollouts import views
from apps.rollouts.models import Rollout
from apps.stages.golive.dossier import actions as dossiers
from tests.companies.factories import CompanyFactory, MembershipFactory, UserFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db
PEOPLE = ["manager", "pm", "analyst", "client", "client_member", "integrator", "platform"]
PAGES = {"framed": True, "related": ()}
CALLS = [
    (desk._any_of, {}),
    *((desk._first, {"name": name, "everybodys": True}) for name in (*desk.LISTS, "ready", "late_projects")),
    (desk._first, {"name": "todo", "everybodys": False}),
    (desk._first_by_holder, {"everybodys": False}),
    (queries._first_projects, {}),
    (queries._first_of_groups, {}),
    (queries._first_answerable, {}),
    (queries._open_in, {}),
    (views._visible_rollout, {"related": ("script__frozen_by",), "framed": False, "annotations": ()}),
    (views._visible_rollout, {**PAGES, "annotations": (views._other_people,)}),
    (views._visible_rollout, {**PAGES, "annotations": (hours.scheduled, hours.of_the_ledger)}),
    (views._visible_rollout, {**PAGES, "annotations": (dossiers.is_due,)}),
]
OF_ONE_PROJECT = (queries._open_in, views._visible_rollout)


def of_companies(user: User) -> CompiledForReader[Company]:
    return Company.objects.visible_to(user).order_by("pk")


@pytest.fixture
def query(monkeypatch) -> CompiledForReader[Company]:
    monkeypatch.setattr(readers, "declared", [])
    return CompiledForReader(of_companies)


def test_every_one_of_the_house_is_compared_here():
    assert {query for query, _options in CALLS} == set(readers.declared)


@pytest.mark.parametrize("person", PEOPLE)
def test_each_asks_what_django_asks(person):
    earlier, rollout = RolloutFactory(), RolloutFactory()
    for query, options in CALLS:
        for project in (earlier, rollout):  # The second is asked with what was compiled for the first.
            user = User.objects.get(pk=project.people[person].pk)
            assert roles_of(user)  # They are read once for a request.
            keys = (project.pk,) if query in OF_ONE_PROJECT else ()
            with CaptureQueriesContext(connection) as compiled:
                query(user, *keys, **options)
            with CaptureQueriesContext(connection) as by_django:
                list(query.build(user, *keys, **options))
            assert [asked["sql"] for asked in compiled] == [asked["sql"] for asked in by_django], query.__name__


@pytest.mark.parametrize("standing", ["superuser", "inactive", "nowhere", "two companies"])
def test_so_it_does_for_who_stands_as_few_do(standing):
    rollout = RolloutFactory()
    for project in (rollout, RolloutFactory()):  # The second is asked with what was compiled for the first.
        user = UserFactory(is_superuser=standing == "superuser", is_active=standing != "inactive")
        if standing == "two companies":
            for role in ("client", "integrator"):
                MembershipFactory(user=user, company=project.company(role))
        for query, options in CALLS:
            person = User.objects.get(pk=user.pk)
            keys = (project.pk,) if query in OF_ONE_PROJECT else ()
            assert list(query(person, *keys, **options)) == list(query.build(person, *keys, **options)), query.__name__


def test_who_stands_alike_shares_a_query_and_never_what_it_gives(query):
    one, other = MembershipFactory(), MembershipFactory()
    assert (query(one.user), query(other.user)) == ([one.company], [other.company])
    assert len(query.statements) == 1


def test_who_stands_otherwise_has_another_query(query):
    MembershipFactory(company=CompanyFactory())
    rollout = RolloutFactory()
    client, manager = rollout.people["client"], rollout.people["manager"]
    assert len(query(User.objects.get(pk=client.pk))) == 1
    assert len(query(User.objects.get(pk=manager.pk))) == Company.objects.count() > 1


def test_who_left_a_company_sees_nothing_of_it_with_the_next_request(query):
    membership = MembershipFactory()
    user = membership.user
    assert query(user) == [membership.company]
    membership.delete()
    assert query(User.objects.get(pk=user.pk)) == []


def test_who_belongs_nowhere_asks_nothing(query, django_assert_num_queries):
    user = UserFactory()
    with django_assert_num_queries(1):  # Where they belong.
        assert query(user) == []


def test_who_looks_at_one_project_as_its_party_sees_no_other():
    rollout, other = RolloutFactory(), RolloutFactory()
    options = {**PAGES, "annotations": ()}
    for project in (rollout, other):
        user = User.objects.get(pk=project.people["manager"].pk)
        user.only_rollout = project.pk
        seen = {row.pk for row in Rollout.objects.all() if views._visible_rollout(user, row.pk, **options)}
        assert seen == {project.pk}
