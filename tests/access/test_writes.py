"""What people do most costs a known number of queries, however much there is."""

import pytest
from django.db import transaction

from tests import read_model
from tests.access import writes
from tests.demonstration import demonstration

pytestmark = pytest.mark.django_db

KEY_COSTS = 4
"""Statements: the key, where the form led, and the beginning and the end of a savepoint."""


@pytest.fixture(scope="module")
def files(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demonstration stands; its files are here."""
    folder = tmp_path_factory.mktemp("writes") / "files"
    with demonstration(django_db_blocker, folder):
        yield folder


def counts() -> dict[str, int]:
    """How many statements each of the forms asks; what they do is rolled back."""
    asked = {}
    for name, form in writes.FORMS.items():
        with transaction.atomic():
            filled = form()
            read_model.follow()
            asked[name] = len(filled.send())
            transaction.set_rollback(True)
    return asked


def test_what_people_do_most_asks_no_more_of_the_database_for_thirty_times_as_much(files, settings):
    settings.MEDIA_ROOT = files
    before = counts()
    writes.crowd()
    after = counts()
    wrong = [
        f"{name}: {before[name]} → {after[name]}"
        for name in writes.FORMS
        if not after[name] <= before[name] <= writes.MOST
    ]
    assert not wrong, "\n".join(wrong)


def test_the_key_of_a_form_costs_as_many_statements_whatever_the_form_does(files, settings):
    """It is written before the view runs, and settled after it; the view's own transaction becomes a savepoint."""
    settings.MEDIA_ROOT = files
    for name in ("log hours", "record a pass"):
        asked = []
        for key in ({}, {"form_key": "the-key-of-one-page-1"}):
            with transaction.atomic():
                form = writes.FORMS[name]()
                form.data.update(key)
                read_model.follow()
                asked.append(len(form.send()))
                transaction.set_rollback(True)
        assert asked[1] - asked[0] <= KEY_COSTS, f"{name}: {asked}"
