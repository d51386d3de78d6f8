"""Propose, agree and withdraw reservations: cases that are accepted without having passed."""

from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, NotAllowed, Refusal, require
from apps.rollouts import timeline
from apps.rollouts.access import refuse_both_halves, refuse_two_companies
from apps.stages.homologation import events
from apps.stages.homologation.access import refuse_outside_homologation
from apps.stages.homologation.models import Case, Reservation


def propose(case: Case, *, by: User, text: str, owner: str, deadline: date) -> Reservation:
    """Propose to accept ``case`` without its having passed, with an owner and a deadline in the future."""
    require(by, "homologation.execute", case)
    with timeline.changing(case.rollout) as rollout:
        refuse_outside_homologation(rollout)
        if not text.strip():
            raise Invalid(_("Escreva a ressalva."), field="text")
        if deadline <= clock.today():
            raise Invalid(_("O prazo precisa estar no futuro."), field="deadline")
        if case.reservations.filter(withdrawn_at=None).exists():
            raise Refusal(_("%(code)s já tem uma ressalva.") % {"code": case.code})
        roles = rollout.roles_of(by)
        reservation = Reservation.objects.create(
            rollout=rollout,
            case=case,
            text=text.strip(),
            owner=owner,
            deadline=deadline,
            proposed_by=by,
            proposed_party=next(role for role in PartyRole.values if role in roles),
        )
        timeline.record(rollout, events.ReservationProposed(case=case.code, text=reservation.text), by)
        return reservation


def agree(reservation: Reservation, *, by: User) -> None:
    """Agree for one's side; with both client and Presence it takes effect. Who proposed it agrees only for the company for
    which they proposed it."""
    for_client = by.has_perm("homologation.agree_for_client", reservation)
    for_presence = by.has_perm("homologation.agree_for_presence", reservation)
    if not (for_client or for_presence):
        raise NotAllowed(_("A ressalva é acordada entre o cliente e a Presence."))
    with timeline.changing(reservation.rollout) as rollout:
        reservation = Reservation.objects.get(pk=reservation.pk)
        if reservation.withdrawn_at or reservation.is_agreed:
            raise Refusal(_("Esta ressalva já foi acordada ou retirada."))
        refuse_both_halves(by, reservation.presence_agreed_by_id if for_client else reservation.client_agreed_by_id)
        party = PartyRole.CLIENT if for_client else PartyRole.PRESENCE
        refuse_two_companies(rollout, by, party, [(reservation.proposed_party, reservation.proposed_by_id)])
        if for_client:
            reservation.client_agreed_by = by
        else:
            reservation.presence_agreed_by = by
        if reservation.client_agreed_by and reservation.presence_agreed_by:
            reservation.agreed_at = clock.now()
        reservation.save()
        timeline.record(rollout, events.ReservationAgreed(case=reservation.case.code), by)


def withdraw(reservation: Reservation, *, by: User) -> None:
    """Take a reservation back while the homologation lasts."""
    require(by, "homologation.lead", reservation)
    with timeline.changing(reservation.rollout) as rollout:
        refuse_outside_homologation(rollout)
        reservation.withdrawn_at = clock.now()
        reservation.save(update_fields=["withdrawn_at"])
        timeline.record(rollout, events.ReservationWithdrawn(case=reservation.case.code), by)
