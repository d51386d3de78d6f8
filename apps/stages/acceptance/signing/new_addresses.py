"""A signatory whose account has another address since a few days: told to the other signatories, and no answer to the term
until the address before confirms it or seven days have passed (``accounts.addresses``)."""

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import address_changes as addresses
from apps.accounts.models import AddressChange, User
from apps.core import clock
from apps.core.refusals import Refusal
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.acceptance.models import AcceptanceTerm, Signatory, SignatoryCPF

NEW_ADDRESS = timeline.kind(
    "acceptance.new_address",
    gettext_lazy(
        "tem um e-mail novo na conta: só responde ao termo de aceite depois da confirmação pelo endereço anterior"
        " ou depois de %(days)s dias"
    ),
    "mail-warning",
)
CONFIRMED = timeline.kind(
    "acceptance.new_address_confirmed", gettext_lazy("confirmou o e-mail novo pelo endereço anterior"), "mail-check"
)
UNDONE = timeline.kind(
    "acceptance.new_address_undone",
    gettext_lazy("voltou ao e-mail anterior, de onde veio a resposta de que a mudança não foi sua"),
    "mail-x",
)

OPEN = (AcceptanceTerm.State.DRAFTED, AcceptanceTerm.State.READY)


def require_settled_address(person: User) -> None:
    """Raise ``Refusal`` while a change of ``person``'s address does not count; the sentence says what they can do."""
    change = addresses.unsettled(person)
    if change is None:
        return
    values = {
        "changed": _day(change.at),
        "before": addresses.masked(change.before),
        "counts": _day(addresses.counts_from(change)),
    }
    raise Refusal(
        _(
            "O e-mail da sua conta mudou em %(changed)s e ainda não vale para responder ao termo. Confirme a mudança pela"
            " mensagem que enviamos a %(before)s, espere até %(counts)s, ou peça à Presence que redija o termo de novo com"
            " outra pessoa."
        )
        % values
    )


def tell_of(rollout: Rollout, term: AcceptanceTerm, signatories: Iterable[Signatory]) -> None:
    """Record which of ``signatories`` have an address that does not count yet. Belongs into the transaction of an action."""
    for signatory in signatories:
        if change := addresses.unsettled(signatory.user):
            _record(rollout, NEW_ADDRESS, signatory, term, change)


def follow(change: AddressChange) -> None:
    """Record a change of address, its confirmation or its undoing wherever that person still has to sign. What the hand
    that changed it said of itself (a CPF) goes with the undoing."""
    if change.undone_at:
        SignatoryCPF.objects.filter(user=change.user).delete()
    kind = UNDONE if change.undone_at else CONFIRMED if change.confirmed_at else NEW_ADDRESS
    waiting = Signatory.objects.filter(user=change.user, state=Signatory.State.PENDING, term__state__in=OPEN)
    for signatory in waiting.select_related("term__rollout").order_by("term__rollout", "pk"):
        with timeline.changing(signatory.rollout, even_closed=True) as rollout:
            _record(rollout, kind, signatory, signatory.term, change)


def _record(
    rollout: Rollout, kind: timeline.EventKind, signatory: Signatory, term: AcceptanceTerm, change: AddressChange
) -> None:
    days = {"days": addresses.SETTLES.days} if kind is NEW_ADDRESS else {}
    timeline.record(rollout, kind, change.user, party=signatory.role, version=term.version, **days)


def _day(instant) -> str:
    return date_format(clock.local(instant), "SHORT_DATETIME_FORMAT")
