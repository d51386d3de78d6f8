"""Make notices of events, remind of what is due, send. Each step may be repeated: what was done is not done again.

A message whose sending was not noted (the worker was killed in between) is sent once more: rather twice than never.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import date

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import clock, plugins
from apps.core.background import work
from apps.core.database import conflicts
from apps.core.jobs import Job
from apps.core.mails import PAUSES
from apps.core.models import UnfinishedWork
from apps.notices import queries, words
from apps.notices.models import (
    WAITING,
    AskedReminder,
    Consumption,
    Digest,
    Notice,
    Outgoing,
    Preference,
    Reminder,
    ReminderRun,
)
from apps.outbox import actions as outbox
from apps.rollouts.models import Event, Rollout

# The rollouts whose reminders are made together.
BATCH = 500

CONSUME = Job(
    "notices.event",
    gettext_lazy("Avisos de um acontecimento do projeto"),
    gettext_lazy("Não foi possível avisar as pessoas deste acontecimento"),
    task="apps.notices.tasks.consume_event",
    model="rollouts.Event",
)
SEND_NOTICE = Job(
    "notices.notice",
    gettext_lazy("E-mail de um aviso"),
    gettext_lazy("Não foi possível enviar este aviso"),
    task="apps.notices.tasks.send_notice",
    model="notices.Notice",
    pauses_while_away=PAUSES,
    reaches_people=True,
)
SEND_DIGEST = Job(
    "notices.digest",
    gettext_lazy("E-mail do lembrete do dia"),
    gettext_lazy("Não foi possível enviar este lembrete"),
    task="apps.notices.tasks.send_digest",
    model="notices.Digest",
    pauses_while_away=PAUSES,
    reaches_people=True,
)
SEND_ASKED = Job(
    "notices.asked",
    gettext_lazy("E-mail de um lembrete pedido"),
    gettext_lazy("Não foi possível enviar este lembrete"),
    task="apps.notices.tasks.send_asked",
    model="notices.AskedReminder",
    pauses_while_away=PAUSES,
    reaches_people=True,
)
logger = logging.getLogger(__name__)

REMIND = Job(
    "notices.remind",
    gettext_lazy("Lembretes dos prazos do projeto"),
    gettext_lazy("Não foi possível lembrar as pessoas dos prazos deste projeto"),
    task="apps.notices.tasks.remind_of",
    model="rollouts.Rollout",
)


def consume_event(event_pk: int) -> None:
    """Make the notices of an event (``consume``)."""
    consume(Event.objects.select_related("rollout__project_manager").get(pk=event_pk))


def consume(event: Event) -> None:
    """Make the notices of ``event``, one a person, never for who acted. The second time makes none."""
    with transaction.atomic():
        _consumption, is_first = Consumption.objects.get_or_create(event=event)
        if not is_first:
            return
        notice = plugins.notices()[event.kind]
        people = list({user.pk: user for user in notice.to(event) if user.pk != event.actor_id}.values())
        if not notice.obligatory:
            people = queries.wants(people, "events")
        notices = Notice.objects.bulk_create(Notice(event=event, user=user) for user in people)
        outbox.expect(SEND_NOTICE, ((row.pk, row.user.email, row.user) for row in notices))


def remind() -> None:
    """Make today's digests, some hundred rollouts at a time. Who has one already from an earlier run gets no other today;
    a run that was interrupted goes on where it was."""
    today = clock.today()
    # What an earlier day made and could not finish is sent as it is.
    ReminderRun.objects.filter(day__lt=today, finished_at=None).update(finished_at=clock.now())
    keys = list(queries.rollouts_to_remind(today).order_by("pk").values_list("pk", flat=True))
    if keys:
        run, _is_new = ReminderRun.objects.get_or_create(day=today, finished_at=None)
        _remind_of_all([pk for pk in keys if pk > run.through], run, today)
    ReminderRun.objects.filter(day=today, finished_at=None).update(finished_at=clock.now())


def _remind_of_all(keys: list[int], run: ReminderRun, today: date) -> None:
    """Add what the rollouts of ``keys`` wait for to the digests of ``run``, and note how far that has come."""
    tried = set(UnfinishedWork.objects.filter(kind=REMIND.name).values_list("key", flat=True))
    failing = [pk for pk in keys if str(pk) in tried]
    for first in range(0, len(keys), BATCH):
        batch = keys[first : first + BATCH]
        failing += _remind_of_many([pk for pk in batch if str(pk) not in tried], run, today)
        if failing:
            work.do_all(REMIND, failing, remind_of)  # A failure is noted, and comes to its turn again.
            failing = []
        run.through = batch[-1]
        run.save(update_fields=["through"])


def _remind_of_many(rollouts: list[int], run: ReminderRun, today: date) -> list[int]:
    """Add what ``rollouts`` (their keys) wait for to the digests of ``run``; those of which that failed, which keep none of
    the others."""
    people: dict[User, list[tuple[Rollout, str]]] = defaultdict(list)
    failed = []
    for rollout in queries.with_whom_to_remind(Rollout.objects.filter(pk__in=rollouts).order_by("pk"), today):
        try:
            for user, matters in queries.to_remind(rollout, today).items():
                people[user] += matters
        except Exception as error:  # Its words may be a secret's; the attempt that follows notes it as work does.
            logger.warning("Of what to remind in the rollout %s is not known: %s.", rollout.pk, type(error).__name__)
            failed.append(rollout.pk)
    with transaction.atomic():
        Digest.objects.bulk_create(
            (Digest(user=user, day=today, run=run) for user in queries.wants(list(people), "reminders")),
            ignore_conflicts=True,
        )
        matters_of = {user.pk: matters for user, matters in people.items()}
        digests = list(Digest.objects.filter(run=run, user__in=matters_of).select_related("user"))
        outbox.expect(SEND_DIGEST, ((digest.pk, digest.user.email, digest.user) for digest in digests))
        Reminder.objects.bulk_create(
            (
                Reminder(digest=digest, rollout=rollout, requirement=key)
                for digest in digests
                for rollout, key in matters_of[digest.user_id]
            ),
            ignore_conflicts=True,
        )
    return failed


def remind_of(rollout_pk: int) -> None:
    """Add what one rollout waits for, and its meetings, to today's digests, but for those that were sent already."""
    today = clock.today()
    rollout = queries.with_whom_to_remind(Rollout.objects.filter(pk=rollout_pk), today).first()
    if rollout is None:
        return
    people = queries.to_remind(rollout, today)
    run = ReminderRun.objects.filter(day=today, finished_at=None).first()
    for user in queries.wants(list(people), "reminders"):
        with transaction.atomic():
            digest, is_new = Digest.objects.get_or_create(user=user, day=today, defaults={"run": run})
            if is_new:
                outbox.expect(SEND_DIGEST, [(digest.pk, user.email, user)])
            if Digest.objects.select_for_update(no_key=True).filter(WAITING, pk=digest.pk).exists():
                rows = (Reminder(digest=digest, rollout=rollout, requirement=key) for _rollout, key in people[user])
                Reminder.objects.bulk_create(rows, ignore_conflicts=True)


def send_waiting() -> None:
    """Send what is to be sent now. A mail server that is away is not waited for without end."""
    outbox.send_in_turn(
        (SEND_NOTICE, queries.waiting(Notice), send_notice),
        (SEND_ASKED, queries.waiting(AskedReminder), send_asked),
        (SEND_DIGEST, queries.waiting(Digest), send_digest),
    )


def send_notice(pk: int) -> None:
    """Send a notice that waits. Raises what the mail server's connection raises."""
    _send(SEND_NOTICE, Notice, pk, _notice)


def send_digest(pk: int) -> None:
    """Send a digest that waits. Raises what the mail server's connection raises."""
    _send(SEND_DIGEST, Digest, pk, _digest)


def send_asked(pk: int) -> None:
    """Send a reminder that somebody asked for. Raises what the mail server's connection raises."""
    _send(SEND_ASKED, AskedReminder, pk, _requested_reminder)


def choose(user: User, *, events: bool, reminders: bool) -> None:
    """What ``user`` wants to be told from now on, also of what waits to be sent."""
    Preference.objects.update_or_create(user=user, defaults={"events": events, "reminders": reminders})


def _send(job: Job, model: type[Outgoing], pk: int, write: Callable[..., EmailMessage | None]) -> None:
    row = model._default_manager.filter(WAITING, pk=pk).select_related("user").first()
    if row is None:
        return
    message = write(row) if row.user.is_active else None
    if message:
        outbox.deliver(message)
    conflicts.do_again(lambda: _note_outcome(job, row, sent=message is not None))


@transaction.atomic
def _note_outcome(job: Job, row: Outgoing, *, sent: bool) -> None:
    if sent:
        row.sent()
    else:
        row.drop()
    outbox.settle(job, row.pk, sent=sent)


def _notice(row: Notice) -> EmailMessage | None:
    """None when they left the project in the meantime, or switched notices off. What also goes to people who see the project
    no more goes to them while they are among those whom it is for."""
    event = Event.objects.select_related("rollout", "actor").get(pk=row.event_id)
    announced = plugins.notices()[event.kind]
    sees_it = Rollout.objects.visible_to(row.user).filter(pk=event.rollout_id).exists()
    if not sees_it and not (announced.to_outsiders and row.user in announced.to(event)):
        return None
    if not (announced.obligatory or queries.preference_of(row.user).events):
        return None
    return words.notice(event, row.user, with_link=sees_it)


def _digest(row: Digest) -> EmailMessage | None:
    """None when nothing is owed any more and no meeting lies ahead, or they switched reminders off."""
    keys: dict[int, list[str]] = defaultdict(list)
    for rollout_pk, key in row.reminders.values_list("rollout_id", "requirement"):
        keys[rollout_pk].append(key)
    return _reminder(row.user, keys)


def _requested_reminder(row: AskedReminder) -> EmailMessage | None:
    """None when nothing of it is owed any more, or they switched reminders off."""
    return _reminder(
        row.user, {int(pk): keys for pk, keys in row.matters.items()}, is_asked=True, asked_by=row.asked_by
    )


def _reminder(
    user: User, keys: dict[int, list[str]], *, is_asked: bool = False, asked_by: User | None = None
) -> EmailMessage | None:
    """The message with what ``user`` still owes of ``keys``, by rollout; what has no due day only where somebody asked."""
    if not queries.preference_of(user).reminders:
        return None
    with words.of_reader(user):
        rollouts = Rollout.objects.visible_to(user).for_listing().in_bulk(keys)
        matters: list[words.Due] = []
        meetings: list[words.Upcoming] = []

        def read(pk: int) -> None:
            matters.extend(queries.still_owed(rollouts[pk], keys[pk], undated=is_asked))
            meetings.extend(queries.still_planned(rollouts[pk], keys[pk]))

        if (
            is_asked
        ):  # The day's come again; of this one nothing may be missing, so what fails has the whole sent later.
            for pk in rollouts:
                read(pk)
        else:  # A rollout that cannot be read takes its own lines away, not the others'.
            work.do_all(REMIND, rollouts, read, most=len(rollouts))
        return words.digest(matters, meetings, user, asked_by=asked_by) if matters or meetings else None
