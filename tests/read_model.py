"""What is open follows what tests write.

The product keeps what is open in each rollout in the action that changes it (``apps.rollouts.read_model``). Factories, and
tests that change rows themselves, are no actions: what they leave is worked out when it is next read, or a page is asked for.
What the product writes is never followed here, so that a page which an action left behind shows it.
"""

import sys
from contextlib import contextmanager
from pathlib import Path

from django.db import models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.rollouts import read_model, timeline
from apps.rollouts.models import OpenRequirement, Rollout

TESTS = str(Path(__file__).parent)
WRITES = {
    models.Model: ("save", "delete"),
    models.QuerySet: ("update", "delete", "create", "bulk_create", "get_or_create", "update_or_create"),
}


class _Changes:
    """Whether a test wrote something since what is open was last worked out."""

    are_there = False
    are_followed = False


def written() -> None:
    """A test wrote something that the product may have to follow."""
    _Changes.are_there = not _Changes.are_followed


def forget() -> None:
    """What tests wrote stays unfollowed, as if the product had written it."""
    _Changes.are_there = False


def follow() -> None:
    """Work out what is open in every rollout, if a test wrote something; neither holder nor timeline change."""
    if not _Changes.are_there:
        return
    _Changes.are_there, _Changes.are_followed = False, True
    try:
        with transaction.atomic():
            rollouts = list(Rollout.objects.select_for_update(of=("self",)).order_by("pk"))
            for rollout in rollouts:
                read_model.keep(rollout)
            Rollout.objects.bulk_update(rollouts, ["facts", "requirements_at", "requirements_stage"])
    finally:
        _Changes.are_followed = False


def _called_by_a_test() -> bool:
    """Whether the first caller outside the libraries, and outside this module, is a test's."""
    frame = sys._getframe(2)
    while frame is not None and ("site-packages" in frame.f_code.co_filename or frame.f_code.co_filename == __file__):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(TESTS)


def watch(patch) -> None:
    """For a run of tests: note what they write, and follow it before it is read."""

    def noting(method):
        def write(*args, **kwargs):
            if not (_Changes.are_there or _Changes.are_followed) and _called_by_a_test():
                written()
            return method(*args, **kwargs)

        return write

    for owner, names in WRITES.items():
        for name in names:
            patch.setattr(owner, name, noting(getattr(owner, name)))

    import factory.django

    create = factory.django.DjangoModelFactory.__dict__["_create"].__func__

    def noting_create(cls, *args, **kwargs):
        written()
        return create(cls, *args, **kwargs)

    patch.setattr(factory.django.DjangoModelFactory, "_create", classmethod(noting_create))

    request = Client.request

    def following_request(self, **kwargs):
        follow()
        return request(self, **kwargs)

    patch.setattr(Client, "request", following_request)

    enter = CaptureQueriesContext.__enter__

    def following_enter(self):
        follow()
        return enter(self)

    patch.setattr(CaptureQueriesContext, "__enter__", following_enter)

    end_of_the_chain = timeline._end_of_the_chain

    def following_end(rollout):  # It brings what was open, and is no query of these rows.
        follow()
        return end_of_the_chain(rollout)

    patch.setattr(timeline, "_end_of_the_chain", following_end)

    fetch = models.QuerySet._fetch_all

    def following_fetch(self):
        if _Changes.are_there and self.model is OpenRequirement and self._result_cache is None:
            follow()
        return fetch(self)

    patch.setattr(models.QuerySet, "_fetch_all", following_fetch)


@contextmanager
def held_against_the_rules():
    """Within the block every action must leave what is open as the rules answer; yields the differences that it left."""
    changing, differences = timeline.changing, []

    @contextmanager
    def checked(rollout, **options):
        follow()
        with changing(rollout, **options) as locked:
            yield locked
            if not _Changes.are_there:
                fresh = Rollout.objects.get(pk=locked.pk)
                differences.extend(f"{fresh.code}: {difference}" for difference in read_model.differences(fresh))

    timeline.changing = checked
    try:
        yield differences
    finally:
        timeline.changing = changing
