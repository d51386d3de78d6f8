"""What becomes of the term when the rollout goes back, or another company takes a party's place."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.plugins import Consequence
from apps.core.process import PartyRole, Stage
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.parties import PartyChange
from apps.stages.acceptance import events, outdating, queries
from apps.stages.acceptance.models import AcceptanceTerm, SetAside, Signatory

State = AcceptanceTerm.State


def consequences(rollout: Rollout) -> Iterator[Consequence]:
    """What going back from the present stage means for the term, in the reader's language."""
    if rollout.stage not in (Stage.ACCEPTANCE, Stage.GO_LIVE):
        return
    signatories = list(queries.signatories_in_force(rollout))
    if not signatories:
        return
    term = signatories[0].term
    names = queries.names_of(row for row in signatories if row.state == Signatory.State.SIGNED)
    if term.state == State.SIGNED:
        text = _("O termo %(term)s, assinado por todos, fica no registro como está; outro será redigido e assinado.")
    elif names:
        text = _("O termo %(term)s deixa de valer e estas assinaturas se perdem: %(names)s.")
    else:
        text = _("O termo %(term)s, que ninguém assinou ainda, deixa de valer.")
    yield outdating.consequence(term, text % {"term": term, "names": names})


def set_terms_aside(rollout: Rollout, _stage_before: str, by: User) -> None:
    """Of a rollout that went back before its term: one that not all have signed is superseded, one that all signed is set
    aside. ``rollout`` is locked. Raises ``VoidsSignatures`` where signatures are lost that whoever takes it back was not told
    of."""
    term = queries.term_in_force(rollout)
    if term is None or not rollout.is_open or rollout.has_reached(Stage.ACCEPTANCE):
        return
    if term.state == State.SIGNED:
        SetAside.objects.create(term=term)
        timeline.record(rollout, events.WasSetAside(term=str(term), version=term.version), by)
    else:
        _require_confirmation(term, by)
        _supersede(rollout, term, by)


def follow_new_company(change: PartyChange) -> None:
    """A term that not all have signed names the company that left: it is superseded. One that all signed stays theirs. Raises
    ``VoidsSignatures`` where signatures are lost that whoever replaces the company was not told of."""
    term = queries.term_in_force(change.rollout)
    if term is not None and term.state != State.SIGNED:
        _require_confirmation(term, change.by)
        _supersede(change.rollout, term, change.by)


def _require_confirmation(term: AcceptanceTerm, by: User) -> None:
    """The signatures of an outdated term are lost already, and who gave them was told."""
    outdating.require_confirmation([(term, queries.who_signed(term))] if term.can_be_signed else [], by)


def _supersede(rollout: Rollout, term: AcceptanceTerm, by: User) -> None:
    signed = term.signatories.filter(state=Signatory.State.SIGNED).order_by("pk").values_list("role", flat=True)
    term.state = State.SUPERSEDED
    term.save(update_fields=["state"])
    void = events.Voided(term=str(term), version=term.version, signed=[PartyRole(role) for role in signed])
    timeline.record(rollout, void, by)
