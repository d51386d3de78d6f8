"""Reminders that somebody asks for, of what the companies beside Presence owe at the moment, be it due or not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Membership
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Refusal, require
from apps.notices import events, queries
from apps.notices.actions import SEND_ASKED
from apps.notices.models import AskedReminder
from apps.outbox import actions as outbox
from apps.rollouts import timeline
from apps.rollouts.models import Event, OpenRequirement, Party, Rollout
from apps.rollouts.queries import WITH_ASSIGNEES, WITH_REQUIREMENTS


@dataclass(frozen=True)
class Ask:
    """What a reminder of ``rollout`` would say today: ``matters``, each with the people who are told of it; or ``why_not``
    there is none."""

    rollout: Rollout
    matters: Sequence[tuple[OpenRequirement, Sequence[User]]]
    why_not: str = ""

    @property
    def parties(self) -> list[PartyRole]:
        """Which companies are told, in the order of the parties."""
        return [role for role in PartyRole if any(matter.owed_by == role for matter, _people in self.matters)]


def with_people(rollouts: QuerySet[Rollout]) -> QuerySet[Rollout]:
    """``rollouts`` with what ``asks`` reads of each, in as many queries for a hundred as for one."""
    memberships = Membership.objects.filter(user__is_active=True).select_related("user").order_by("user")
    return rollouts.select_related("platform", "project_manager").prefetch_related(
        "holds",
        Prefetch("parties", Party.objects.select_related("company")),
        Prefetch("parties__company__memberships", memberships),
        WITH_REQUIREMENTS,
        WITH_ASSIGNEES,
    )


def asks(rollouts: Iterable[Rollout]) -> list[Ask]:
    """What can be reminded of in each of ``rollouts`` (``with_people``). One is reminded of once a day; who switched
    reminders off is told of nothing."""
    rollouts = list(rollouts)
    today = clock.instant_of(clock.today())
    reminders = Event.objects.filter(rollout__in=rollouts, kind=events.Reminded.kind, at__gte=today)
    reminded = set(reminders.values_list("rollout", flat=True))
    owed = {
        rollout.pk: [
            (matter, queries.who_takes_care(rollout, matter))
            for matter in queries.owed(rollout)
            if matter.owed_by != PartyRole.PRESENCE
        ]
        for rollout in rollouts
    }
    everybody = {user for matters in owed.values() for _matter, people in matters for user in people}
    reachable = set(queries.wants(list(everybody), "reminders"))
    return [_ask(rollout, owed[rollout.pk], reachable, is_reminded=rollout.pk in reminded) for rollout in rollouts]


def remind_now(rollouts: Iterable[Rollout], *, by: User) -> int:
    """Send each person who owes something in ``rollouts`` one message that names all of it, unless they switched reminders
    off; how many people that are. It stands in the timeline of each project. One that meanwhile waits for nobody beside
    Presence, is on hold or closed, or was reminded of today, is left out.

    Raises ``Refusal`` where nobody is left to remind.
    """
    matters_of: dict[User, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    with transaction.atomic():
        for pk in sorted(rollout.pk for rollout in rollouts):
            rollout = Rollout.objects.get(pk=pk)
            require(by, "notices.remind", rollout)
            with timeline.changing(rollout, even_closed=True) as locked:  # A closed one is left out, not refused.
                ask = asks([locked])[0]
                for matter, people in ask.matters:
                    for user in people:
                        matters_of[user][pk].append(matter.key)
                if not ask.why_not:
                    timeline.record(locked, events.Reminded(parties=ask.parties, count=len(ask.matters)), by)
        recipients = list(matters_of)
        if not recipients:
            raise Refusal(_("Não há ninguém a lembrar: ninguém deve nada, ou quem deve desligou os lembretes."))
        reminders = AskedReminder.objects.bulk_create(
            AskedReminder(user=user, asked_by=by, matters=matters_of[user]) for user in recipients
        )
        outbox.expect(SEND_ASKED, [(reminder.pk, reminder.user.email, reminder.user) for reminder in reminders])
    return len(recipients)


def _ask(
    rollout: Rollout,
    owed: Sequence[tuple[OpenRequirement, Sequence[User]]],
    reachable: Collection[User],
    *,
    is_reminded: bool,
) -> Ask:
    matters = [(matter, [user for user in people if user in reachable]) for matter, people in owed]
    matters = [(matter, people) for matter, people in matters if people]
    if is_reminded:
        why_not = _("já foi lembrado hoje")
    elif not rollout.is_open:
        why_not = _("está encerrado")
    elif rollout.open_hold:
        why_not = _("está em pausa")
    elif not owed:
        why_not = _("espera só pela Presence")
    else:
        why_not = "" if matters else _("quem deve não tem acesso ou desligou os lembretes")
    return Ask(rollout, [] if why_not else matters, why_not)
