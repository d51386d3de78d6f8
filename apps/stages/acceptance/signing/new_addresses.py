"""A signatory whose account has another address since a few days: told to the other signatories, and no answer to the term
until the address before confirms it or seven days have passed (``accounts.address_changes``)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.accounts import address_changes as addresses
from apps.accounts.models import AddressChange, User
from apps.core import moments
from apps.core.events import EventData
from apps.core.refusals import Refusal
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.acceptance import events
from apps.stages.acceptance.models import AcceptanceTerm, Signatory, SignatoryCPF

OPEN = (AcceptanceTerm.State.DRAFTED, AcceptanceTerm.State.READY)


def require_settled_address(person: User) -> None:
    """Raise ``Refusal`` while a change of ``person``'s address does not count; the sentence says what they can do."""
    refuse_unsettled(addresses.unsettled(person))


def refuse_unsettled(change: AddressChange | None) -> None:
    """Raise the same ``Refusal`` for a ``change`` that does not count yet; nothing for none."""
    if change is None:
        return
    values = {
        "changed": moments.show(change.at),
        "before": addresses.masked(change.before),
        "counts": moments.show(addresses.counts_from(change)),
    }
    raise Refusal(
        _(
            "O e-mail da sua conta mudou em %(changed)s e ainda não vale para responder ao termo. Confirme a mudança pela"
            " mensagem que enviamos a %(before)s, espere até %(counts)s, ou peça à Presence que redija o termo de novo com"
            " outra pessoa."
        )
        % values
    )


def record_unsettled(rollout: Rollout, term: AcceptanceTerm, signatories: Iterable[Signatory]) -> None:
    """Record which of ``signatories`` have an address that does not count yet. Belongs into the transaction of an action."""
    for signatory in signatories:
        if change := addresses.unsettled(signatory.user):
            timeline.record(rollout, _event(change, term), change.user, party=signatory.role)


def record_change(change: AddressChange) -> None:
    """Record a change of address, its confirmation or its undoing wherever that person still has to sign. A CPF that was
    given from the changed account goes with the undoing."""
    if change.undone_at:
        SignatoryCPF.objects.filter(user=change.user).delete()
    waiting = Signatory.objects.filter(user=change.user, state=Signatory.State.PENDING, term__state__in=OPEN)
    for signatory in waiting.select_related("term__rollout").order_by("term__rollout", "pk"):
        with timeline.changing(signatory.rollout, even_closed=True) as rollout:
            timeline.record(rollout, _event(change, signatory.term), change.user, party=signatory.role)


def _event(change: AddressChange, term: AcceptanceTerm) -> EventData:
    if change.undone_at:
        return events.NewAddressUndone(version=term.version)
    if change.confirmed_at:
        return events.NewAddressConfirmed(version=term.version)
    return events.NewAddress(version=term.version, days=addresses.SETTLES.days)
