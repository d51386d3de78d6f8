"""Rows that come within another's query are the rows themselves."""

import pytest
from django.db.models import OuterRef

from apps.core.database.rows import embedded, embedded_first, row_of, rows_of, take_as_prefetched
from apps.prerequisites.models import Prerequisite
from apps.rollouts.models import Hold, PlannedStage, Rollout, Waiver
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Hold, PlannedStage, Prerequisite])
def test_the_rows_are_those_of_a_query_of_their_own(model, django_assert_num_queries):
    """Instants, days, words in two languages and JSON among their fields."""
    rollout = RolloutFactory()
    PrerequisiteFactory(rollout=rollout, title={"pt": "Chave", "en": "Key"}, fields=[{"name": "key", "secret": True}])
    rollout.holds.create(reason="x", caused_by="client")
    rollout.planned_stages.create(stage="kickoff", starts="2026-03-02")
    own_query = list(model.objects.filter(rollout=rollout).order_by("pk"))
    assert own_query
    rows = model.objects.filter(rollout=OuterRef("pk")).order_by("pk")
    with django_assert_num_queries(1):
        outer = Rollout.objects.annotate(all_rows=embedded(rows), first_row=embedded_first(rows)).get(pk=rollout.pk)
        embedded_rows = rows_of(model, outer.all_rows)
        values = [_values(row) for row in embedded_rows]
    assert embedded_rows == own_query
    assert values == [_values(row) for row in own_query]
    assert row_of(model, outer.first_row) == own_query[0]
    assert not embedded_rows[0]._state.adding


def test_what_a_row_refers_to_comes_with_it(django_assert_num_queries):
    rollout = RolloutFactory()
    following = RolloutFactory(previous=rollout)
    rows = Rollout.objects.filter(pk=OuterRef("pk"))
    with django_assert_num_queries(1):
        outer_rows = Rollout.objects.annotate(rows=embedded(rows, "previous", "platform")).order_by("pk")
        first, second = [rows_of(Rollout, outer.rows, "previous", "platform")[0] for outer in outer_rows]
        assert (first.previous, second.previous) == (None, rollout)
        assert (second.pk, second.platform) == (following.pk, following.platform)
        assert _values(second.platform) == _values(following.platform)


def test_rows_that_were_taken_are_those_of_their_owner_and_no_others(django_assert_num_queries):
    rollout, other = RolloutFactory(), RolloutFactory()
    parties = list(rollout.parties.all())
    take_as_prefetched(rollout, "parties", parties)
    with django_assert_num_queries(0):
        assert list(rollout.parties.all()) == parties
        assert all(party.rollout is rollout for party in parties)
    companies = set(rollout.parties.values_list("company", flat=True))
    assert companies == {party.company_id for party in parties} != set(other.parties.values_list("company", flat=True))


def test_there_may_be_none():
    rollout = RolloutFactory()
    holds, waivers = (model.objects.filter(rollout=OuterRef("pk")).order_by("pk") for model in (Hold, Waiver))
    outer = Rollout.objects.annotate(held=embedded_first(holds), waived=embedded(waivers)).get(pk=rollout.pk)
    assert row_of(Hold, outer.held) is None
    assert rows_of(Waiver, outer.waived) == []


def _values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
