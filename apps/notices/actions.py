"""Make notices of events, remind of what is due, send. Each step may be repeated: what was done is not done again.

A message whose sending was not noted (the worker was killed in between) is sent once more: rather twice than never.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import clock, plugins
from apps.core.background import work
from apps.core.jobs import Job
from apps.notices import queries, words
from apps.notices.models import WAITING, Consumption, Digest, Notice, Outgoing, Preference, Reminder
from apps.rollouts.models import Event, Rollout

# How long a message waits after each failure of the mail server; after the last one nobody tries again. Four days in all.
PAUSES = tuple(timedelta(hours=hours) for hours in (1 / 60, 1 / 12, 1 / 2, 2, 6, 12, 24, 24, 24))
# A mail server that is away costs ten seconds a message: after so many failures the rest waits for the next run.
FAILURES_PER_RUN = 5
# What a mail server says of one message: errors of Python's library, which only ``core.network.outbound`` may import.
OF_THE_MESSAGE = {"SMTPRecipientsRefused", "SMTPSenderRefused", "SMTPDataError"}

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
)
SEND_DIGEST = Job(
    "notices.digest",
    gettext_lazy("E-mail do lembrete do dia"),
    gettext_lazy("Não foi possível enviar este lembrete"),
    task="apps.notices.tasks.send_digest",
    model="notices.Digest",
    pauses_while_away=PAUSES,
)
REMIND = Job(
    "notices.remind",
    gettext_lazy("Lembretes dos prazos do projeto"),
    gettext_lazy("Não foi possível lembrar as pessoas dos prazos deste projeto"),
    task="apps.notices.tasks.remind_of",
    model="rollouts.Rollout",
)
MAKE_DIGEST = Job(
    "notices.make_digest",
    gettext_lazy("Lembrete do dia de uma pessoa"),
    gettext_lazy("Não foi possível preparar o lembrete do dia"),
    task="apps.notices.tasks.make_digest",
    model="accounts.User",
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
        Notice.objects.bulk_create(Notice(event=event, user=user) for user in people)


def remind() -> None:
    """Make today's digests. Who has one already gets no other today."""
    today = clock.today()
    people: dict[User, list[tuple[Rollout, str]]] = defaultdict(list)

    def gather(rollout_pk: int) -> None:
        rollout = Rollout.objects.for_listing().get(pk=rollout_pk)
        for user, matters in queries.to_remind(rollout, today).items():
            people[user] += matters

    rollouts = list(queries.rollouts_to_remind(today).order_by().values_list("pk", flat=True))
    work.do_all(REMIND, rollouts, gather, most=len(rollouts), seconds=150)
    matters_of = {user.pk: matters for user, matters in people.items()}
    work.do_all(MAKE_DIGEST, matters_of, lambda pk: _make_digest(pk, matters_of[pk]), most=len(matters_of))


def remind_of(rollout_pk: int) -> None:
    """Add what one rollout waits for to today's digests, but for those that were sent already."""
    rollout = Rollout.objects.open().for_listing().filter(pk=rollout_pk).first()
    if rollout is None:
        return
    for user, matters in queries.to_remind(rollout, clock.today()).items():
        with transaction.atomic():
            digest, _is_new = Digest.objects.get_or_create(user=user, day=clock.today())
            if Digest.objects.select_for_update(no_key=True).filter(WAITING, pk=digest.pk).exists():
                rows = (Reminder(digest=digest, rollout=rollout, requirement=key) for _rollout, key in matters)
                Reminder.objects.bulk_create(rows, ignore_conflicts=True)


def make_digest(user_pk: int) -> None:
    """Make today's digest of one person."""
    visible_rollouts = Rollout.objects.visible_to(User.objects.get(pk=user_pk))
    matters: list[tuple[Rollout, str]] = []
    for rollout in visible_rollouts.filter(pk__in=queries.rollouts_to_remind(clock.today()).values("pk")).for_listing():
        people = {user.pk: of_them for user, of_them in queries.to_remind(rollout, clock.today()).items()}
        matters += people.get(user_pk, [])
    if matters:
        _make_digest(user_pk, matters)


def _make_digest(user_pk: int, matters: list[tuple[Rollout, str]]) -> None:
    with transaction.atomic():
        digest, is_first = Digest.objects.get_or_create(user_id=user_pk, day=clock.today())
        if is_first:
            Reminder.objects.bulk_create(
                Reminder(digest=digest, rollout=rollout, requirement=key) for rollout, key in matters
            )


def send_waiting() -> None:
    """Send what is to be sent now. A mail server that is away is not waited for without end."""
    failures = 0

    def counted(send: Callable[[int], None]) -> Callable[[int], None]:
        def count(pk: int) -> None:
            nonlocal failures
            try:
                send(pk)
            except OSError as error:
                failures += type(error).__name__ not in OF_THE_MESSAGE
                raise

        return count

    for kind, model, send in ((SEND_NOTICE, Notice, send_notice), (SEND_DIGEST, Digest, send_digest)):
        work.do_all(kind, queries.waiting(model), counted(send), stop=lambda: failures >= FAILURES_PER_RUN)


def send_notice(pk: int) -> None:
    """Send a notice that waits. Raises what the mail server's connection raises."""
    _send(Notice, pk, _notice)


def send_digest(pk: int) -> None:
    """Send a digest that waits. Raises what the mail server's connection raises."""
    _send(Digest, pk, _digest)


def choose(user: User, *, events: bool, reminders: bool) -> None:
    """What ``user`` wants to be told from now on, also of what waits to be sent."""
    Preference.objects.update_or_create(user=user, defaults={"events": events, "reminders": reminders})


def _send(model: type[Outgoing], pk: int, write: Callable[..., EmailMessage | None]) -> None:
    row = model._default_manager.filter(WAITING, pk=pk).select_related("user").first()
    if row is None:
        return
    message = write(row) if row.user.is_active else None
    if message:
        message.send()
        row.sent()
    else:
        row.drop()


def _notice(row: Notice) -> EmailMessage | None:
    """None when they left the project in the meantime, or switched notices off."""
    event = Event.objects.select_related("rollout", "actor").get(pk=row.event_id)
    announced = plugins.notices()[event.kind]
    sees_it = Rollout.objects.visible_to(row.user).filter(pk=event.rollout_id).exists()
    if not (sees_it or announced.to_outsiders):
        return None
    if not (announced.obligatory or queries.preference_of(row.user).events):
        return None
    return words.notice(event, row.user, with_link=sees_it)


def _digest(row: Digest) -> EmailMessage | None:
    """None when nothing is owed any more, or they switched reminders off."""
    if not queries.preference_of(row.user).reminders:
        return None
    with words.of_reader(row.user):
        keys: dict[int, list[str]] = defaultdict(list)
        for rollout_pk, key in row.reminders.values_list("rollout_id", "requirement"):
            keys[rollout_pk].append(key)
        rollouts = Rollout.objects.visible_to(row.user).for_listing().in_bulk(keys)
        matters: list[words.Due] = []
        # A rollout that cannot be read takes its own lines away, not the others'.
        work.do_all(
            REMIND, rollouts, lambda pk: matters.extend(queries.still_due(rollouts[pk], keys[pk])), most=len(rollouts)
        )
        return words.digest(matters, row.user) if matters else None
