"""Make notices of events, remind of what is due, send. Each step may be repeated: what was done is not done again.

A message whose sending was not noted (the worker was killed in between) is sent once more: rather twice than never.
"""

import logging
from collections.abc import Callable

from django.core.mail import EmailMessage
from django.db import transaction

from apps.accounts.models import User
from apps.core import clock
from apps.notices import kinds, queries, words
from apps.notices.models import Consumption, Digest, Notice, Outgoing, Preference, Reminder
from apps.rollouts.models import Event, Rollout

logger = logging.getLogger(__name__)

# A mail server that is away costs ten seconds a message: after so many failures the rest waits for the next run.
FAILURES_PER_RUN = 5


def consume(event: Event) -> None:
    """Make the notices of ``event``, one a person, never for who acted. The second time makes none."""
    with transaction.atomic():
        _consumption, is_first = Consumption.objects.get_or_create(event=event)
        if not is_first:
            return
        told = kinds.of(event)
        people = list({user.pk: user for user in told.to(event) if user.pk != event.actor_id}.values())
        if not told.obligatory:
            people = queries.wants(people, "events")
        Notice.objects.bulk_create(Notice(event=event, user=user) for user in people)


def remind() -> None:
    """Make today's digests. Who has one already gets no other today."""
    today = clock.today()
    for user, matters in queries.to_remind(today).items():
        with transaction.atomic():
            digest, is_first = Digest.objects.get_or_create(user=user, day=today)
            if is_first:
                Reminder.objects.bulk_create(
                    Reminder(digest=digest, rollout=rollout, requirement=key) for rollout, key in matters
                )


def send_waiting() -> None:
    """Send what is to be sent now."""
    failures = 0
    sendings: list[tuple[type[Outgoing], Callable[..., EmailMessage | None]]] = [(Notice, _notice), (Digest, _digest)]
    for model, write in sendings:
        for pk in queries.waiting(model):
            if failures < FAILURES_PER_RUN:
                failures += not _send(model, pk, write)


def choose(user: User, *, events: bool, reminders: bool) -> None:
    """What ``user`` wants to be told from now on, also of what waits to be sent."""
    Preference.objects.update_or_create(user=user, defaults={"events": events, "reminders": reminders})


def _send(model: type[Outgoing], pk: int, write: Callable[..., EmailMessage | None]) -> bool:
    """Send one message, or note that it failed and when to try again; False when it failed."""
    with transaction.atomic():
        # Another run may be at it, or have done it since.
        found = model._default_manager.select_for_update(skip_locked=True, of=("self",)).select_related("user")
        row = found.filter(pk=pk, sent_at=None, next_try_at__lte=clock.now()).first()
        if row is None:
            return True
        try:
            with transaction.atomic():
                message = write(row) if row.user.is_active else None
                if message:
                    message.send()
        except Exception as error:
            # The message of an error may hold the address: its kind is enough for the log.
            logger.warning("%s %s could not be sent: %s", model.__name__, pk, type(error).__name__)
            row.failed()
            return False
        if message:
            row.sent()
        else:
            row.drop()
        return True


def _notice(row: Notice) -> EmailMessage | None:
    """None when they left the project in the meantime, or switched notices off."""
    event = Event.objects.select_related("rollout", "actor").get(pk=row.event_id)
    if not Rollout.objects.visible_to(row.user).filter(pk=event.rollout_id).exists():
        return None
    if not (kinds.of(event).obligatory or queries.preference_of(row.user).events):
        return None
    return words.notice(event, row.user)


def _digest(row: Digest) -> EmailMessage | None:
    """None when nothing is owed any more, or they switched reminders off."""
    if not queries.preference_of(row.user).reminders:
        return None
    with words.of_reader(row.user):
        reminders = list(row.reminders.values_list("rollout_id", "requirement"))
        mine = Rollout.objects.visible_to(row.user).for_listing().in_bulk({pk for pk, _key in reminders})
        matters = queries.still_due([(mine[pk], key) for pk, key in reminders if pk in mine])
        return words.digest(matters, row.user) if matters else None
