"""When a rollout's client becomes another company, or two records of one become one: what is over is closed first, and an
approval binds the company that gave it."""

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.companies.mergers import CompanyMerge
from apps.companies.models import Company
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Refusal
from apps.hours import queries
from apps.hours.models import ExtraHoursRequest, HourSum
from apps.rollouts.models import Party, Rollout
from apps.rollouts.parties import PartyChange


def refuse_open_months(change: PartyChange) -> None:
    """Raise ``Refusal`` (409) while a month of the rollout that is over is not closed for the client that leaves: its
    hours are that company's. Those of the month that runs are the new client's."""
    if PartyRole.CLIENT in change.roles:
        _refuse_unclosed(change.before, HourSum.objects.filter(rollout=change.rollout, closed=False))


def let_approvals_lapse(change: PartyChange) -> None:
    """What the client that leaves approved covers none of the hours that the new one pays, which is asked anew."""
    if PartyRole.CLIENT in change.roles:
        approved = change.rollout.extra_requests.filter(state=ExtraHoursRequest.State.APPROVED, lapsed_at=None)
        approved.update(lapsed_at=clock.now())


def work_out_periods(rollout: Rollout) -> None:
    """The months that approvals cover, where the release before wrote none: it served for a while after they were asked for.

    ``rollout`` is locked. It may run twice.
    """
    former_clients = rollout.former_parties.filter(role=PartyRole.CLIENT)
    changes = list(former_clients.order_by("until").values_list("until", flat=True))
    approved = rollout.extra_requests.filter(state=ExtraHoursRequest.State.APPROVED)
    for change in reversed(changes):
        approved.filter(client_since=None, answered_at__gt=change).update(client_since=change)
    for change in changes:
        approved.filter(lapsed_at=None, answered_at__lte=change).update(lapsed_at=change)


def refuse_unequal_months(merge: CompanyMerge) -> None:
    """Raise ``Refusal`` (409) while either record has a month that is over and not closed: they would be closed as one."""
    records = [merge.merged, merge.into]  # The rollouts of both may be those of the one that stays by now.
    rollouts = Party.objects.filter(company__in=records, role=PartyRole.CLIENT).values("rollout")
    _refuse_unclosed(merge.into, HourSum.objects.filter(rollout__in=rollouts, closed=False))


def _refuse_unclosed(client: Company, sums) -> None:
    last = queries.client_statements_of(client).order_by("-month").values_list("month", flat=True).first()
    unclosed = sums.filter(month__lt=queries.month_of(clock.now()))
    if last:
        unclosed = unclosed.filter(month__gt=last)
    months = sorted(set(unclosed.values_list("month", flat=True)))
    if months:
        raise Refusal(
            _("Feche antes as horas de %(client)s dos meses que já terminaram: são dela.") % {"client": client},
            details=[f"{month:%m/%Y}" for month in months],
            way_out=(_("Fechar as horas do cliente"), reverse("hours:client_statements")),
        )
