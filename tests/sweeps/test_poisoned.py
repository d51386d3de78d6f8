"""A poisoned item in every scheduled task: the good one after it is done, and the poisoned one is counted, given up, shown
and, once mended, done when somebody asks for it again."""

from importlib import import_module

import pytest
from celery import current_app
from django.conf import settings
from django.urls import reverse

from apps.companies.models import Role
from apps.core import clock
from apps.core.background import work
from apps.core.models import UnfinishedWork
from tests.companies.factories import PresenceFactory, a_person
from tests.sweeps.cases import CASES, Case

pytestmark = pytest.mark.django_db


class Poison(Exception):
    """What nobody foresaw. Its text must appear nowhere."""


SECRET = "canario-do-veneno"


def test_every_scheduled_task_has_a_case():
    assert {name.partition(":")[0] for name in CASES} == set(settings.CELERY_BEAT_SCHEDULE)


def poison(monkeypatch, case: Case) -> list[bool]:
    """Break the case's target for its poisoned item; while the list that comes back is empty."""
    mended: list[bool] = []
    owner, _dot, name = case.target.rpartition(".")
    try:
        place = import_module(owner)
    except ModuleNotFoundError:
        module, _dot, cls = owner.rpartition(".")
        place = getattr(import_module(module), cls)
    otherwise = case.otherwise or getattr(place, name)

    def replaced(*args, **kwargs):
        if not mended and case.names(*args, **kwargs) == case.poisoned:
            raise Poison(SECRET)
        return otherwise(*args, **kwargs)

    monkeypatch.setattr(place, name, replaced)
    for target, stand_in in case.also.items():
        monkeypatch.setattr(target, stand_in)
    return mended


@pytest.mark.parametrize("name", CASES)
def test_a_poisoned_item_stops_no_other_and_comes_to_an_end_that_people_see(
    name, monkeypatch, a_worker, client_for, caplog, django_capture_on_commit_callbacks
):
    case = CASES[name]()
    mended = poison(monkeypatch, case)
    run = current_app.tasks[settings.CELERY_BEAT_SCHEDULE[name.partition(":")[0]]["task"]]
    with clock.at(case.at):
        run()
    assert case.is_done(case.good)
    assert not case.is_done(case.poisoned)
    row = UnfinishedWork.objects.get(kind=case.kind)
    assert (row.key, row.attempts, row.reason, row.error) == (str(case.poisoned), 1, "error", "Poison")
    while row.given_up_at is None:
        with clock.at(row.next_try_at):
            run()
        row.refresh_from_db()
    assert row.attempts == len(work.PAUSES) + 1
    with clock.at(row.given_up_at + work.lease()):
        run()
    row.refresh_from_db()
    assert row.attempts == len(work.PAUSES) + 1
    assert SECRET not in caplog.text

    manager = client_for(a_person(PresenceFactory(), Role.MANAGER))
    kind = work.jobs()[case.kind]
    page = manager.get(reverse("rollouts:unfinished")).content.decode()
    assert str(kind.title) in page
    assert "erro inesperado" in page
    if case.page:
        reader, url = case.page
        assert f"{kind.failure} (erro inesperado)." in client_for(reader).get(url).content.decode()

    mended.append(True)
    with clock.at(row.given_up_at), django_capture_on_commit_callbacks(execute=True):
        client_for(a_person(PresenceFactory(), Role.MANAGER)).post(reverse("rollouts:try_again", args=[row.pk]))
    assert case.is_done(case.poisoned)
    assert not UnfinishedWork.objects.exists()


def test_fifty_poisoned_items_before_a_good_one_do_not_keep_it_from_its_turn(monkeypatch):
    from apps.files.tasks import draw_waiting_files
    from tests.files.factories import StoredFileFactory

    def broken(stored):
        if stored.name == "poison":
            raise Poison
        return []

    monkeypatch.setattr("apps.files.previews._pictures", broken)
    for _number in range(50):
        StoredFileFactory(drawn="waiting", kind="pdf", name="poison")
    good = StoredFileFactory(drawn="waiting", kind="pdf")
    for _run in range(3):
        draw_waiting_files()
    good.refresh_from_db()
    assert good.drawn == "impossible"
    assert UnfinishedWork.objects.count() == 50
