"""Queries that are compiled once: the same answer as Django's own, whenever and wherever they were compiled."""

from datetime import timedelta
from inspect import signature

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from apps.companies.models import Company
from apps.core import clock, plugins, term_shares
from apps.core.database import compiled
from apps.core.database.compiled import CompiledOnce
from apps.rollouts import queries
from apps.rollouts.models import Rollout
from tests.companies.factories import CompanyFactory

DECLARED = [query for query in compiled.declared if query.__module__.startswith("apps.")]
every_one = pytest.mark.parametrize("query", DECLARED, ids=lambda query: f"{query.__module__}.{query.__name__}")


@pytest.fixture(autouse=True)
def _declares_nothing(monkeypatch):
    monkeypatch.setattr(compiled, "declared", [])


def of_key(pk: int) -> QuerySet[Company]:
    return Company.objects.filter(pk=pk)


def depends_on_nothing_but_its_keys(query) -> bool:
    now = query.compile()
    with clock.at(clock.now() + timedelta(days=400)), translation.override("en"):
        later = query.compile()
    return (now[2], repr(now[3]), now[4]) == (later[2], repr(later[3]), later[4])


@every_one
def test_what_is_compiled_once_depends_on_nothing_but_its_keys(query, db):
    assert depends_on_nothing_but_its_keys(query)


@every_one
def test_what_is_compiled_once_asks_what_django_asks(query, db):
    keys = range(7, 7 + len(signature(query.build).parameters))
    with CaptureQueriesContext(connection) as compiled_once:
        query(*keys)
    with CaptureQueriesContext(connection) as by_django:
        list(query.build(*keys))
    assert [asked["sql"] for asked in compiled_once] == [asked["sql"] for asked in by_django]


def test_so_does_what_is_compiled_for_each_page_and_for_the_term(db):
    shares = {key: share for plugin in plugins.plugins() for key, share in plugin.term.items()}
    assert shares
    made = [queries._by_key(True, ()), queries._by_key(False, ("kickoff",))]
    made += [term_shares._with_rows_of(Rollout, tuple(shares.items()))]
    assert all(depends_on_nothing_but_its_keys(query) for query in made)


def test_each_call_asks_for_its_own_keys(db):
    one, other = CompanyFactory(), CompanyFactory()
    query = CompiledOnce(of_key)
    assert (query(one.pk), query(other.pk), query(one.pk)) == ([one], [other], [one])
    assert query.first(other.pk + 1) is None


def test_what_is_known_of_the_rows_is_not_read_again(db, django_assert_num_queries):
    company = CompanyFactory()
    row = CompiledOnce(of_key).first(company.pk, merged_into=company)
    with django_assert_num_queries(0):
        assert row.merged_into is company


def test_a_key_that_is_not_asked_for_is_an_error(db):
    def of_another_key(pk: int, unused: int) -> QuerySet[Company]:
        return Company.objects.filter(pk=pk)

    with pytest.raises(ValueError, match="of_another_key"):
        CompiledOnce(of_another_key)(1, 2)
