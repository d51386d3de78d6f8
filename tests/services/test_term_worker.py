"""A worker that is killed while it renders or seals a term; the next one finds it and does it once."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.files import identity, orphans
from apps.files.models import StoredFile
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.acceptance import tasks
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import verification
from presence_rollout.ops.services import wait_until
from tests.acceptance.factories import ROLES, a_draft, content_of, opened, signs
from tests.services.killed import a_real_worker, kill_at

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

# The last that both do in their transaction: by then the file is written.
LAST = "apps.rollouts.timeline.record"


def fresh(term) -> AcceptanceTerm:
    return AcceptanceTerm.objects.select_related("rollout", "pdf", "sealed").get(pk=term.pk)


def lying() -> set[str]:
    """The files that lie in the storage, by their names, without those in the bin and the marker."""
    root = Path(settings.MEDIA_ROOT)
    names = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return {name for name in names if not name.startswith(f"{orphans.BIN}/")} - {identity.MARKER}


def named() -> set[str]:
    return set(StoredFile.objects.values_list("content", flat=True))


def its_time_comes(kind: str) -> None:
    """The attempt of the worker that died was counted, and the item is left alone for as long as one could be at it."""
    row = UnfinishedWork.objects.get(kind=kind)
    assert (row.attempts, row.reason) == (1, "interrupted")
    assert row.next_try_at > clock.now() + timedelta(minutes=4)
    UnfinishedWork.objects.update(next_try_at=clock.now())


def nothing_is_left_once_swept() -> None:
    """The bytes of the worker that died are nobody's, and gone a day later."""
    assert len(lying() - named()) == 1
    with clock.at(clock.now() + timedelta(hours=25)):
        orphans.sweep()
    assert lying() == named()


def test_a_worker_killed_while_rendering_leaves_a_draft_and_the_next_one_renders_it_once():
    with clock.at(clock.now() - timedelta(minutes=5)):
        term = a_draft()
    events, kept = term.rollout.events.count(), StoredFile.objects.count()
    kill_at(LAST, tasks.render_term.delay, term.pk)
    found = fresh(term)
    assert (found.state, found.pdf, found.rendered_at) == ("drafted", None, None)
    assert (term.rollout.events.count(), StoredFile.objects.count()) == (events, kept)
    its_time_comes("acceptance.render")
    tasks.render_waiting_terms.delay()
    tasks.render_term.delay(term.pk)
    with a_real_worker():
        wait_until(lambda: fresh(term).state == "ready", "The term")
    tasks.render_waiting_terms()
    tasks.render_term(term.pk)
    assert (term.rollout.events.count(), StoredFile.objects.count()) == (events + 1, kept + 1)
    assert term.rollout.events.filter(kind="acceptance.rendered").count() == 1
    assert timeline.verify(Rollout.objects.get(pk=term.rollout_id)) is None
    nothing_is_left_once_swept()


def test_a_worker_killed_while_sealing_leaves_it_unsealed_and_the_next_one_seals_it_once():
    with clock.at(clock.now() - timedelta(minutes=5)):
        term = opened(a_draft())
        for role in ROLES[:-1]:
            signs(term, role)

    def sign_last():
        """The last signature asks the worker for the seal."""
        with clock.at(clock.now() - timedelta(minutes=5)):
            signs(term, ROLES[-1])

    kept = StoredFile.objects.count()
    kill_at(LAST, sign_last)
    found = fresh(term)
    assert (found.state, found.sealed, found.sealed_at) == ("signed", None, None)
    assert StoredFile.objects.count() == kept
    assert not term.rollout.events.filter(kind="acceptance.sealed").exists()
    events = term.rollout.events.count()
    its_time_comes("acceptance.seal")
    tasks.seal_waiting_terms.delay()
    tasks.seal_term.delay(term.pk)
    with a_real_worker():
        wait_until(lambda: fresh(term).sealed is not None, "The term")
    tasks.seal_waiting_terms()
    tasks.seal_term(term.pk)
    assert (term.rollout.events.count(), StoredFile.objects.count()) == (events + 1, kept + 1)
    assert term.rollout.events.filter(kind="acceptance.sealed").count() == 1
    assert verification.examine(content_of(fresh(term).sealed)).problems == []
    assert timeline.verify(Rollout.objects.get(pk=term.rollout_id)) is None
    nothing_is_left_once_swept()
