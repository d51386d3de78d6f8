"""A term that is out for signature and no longer says what the project's record says: nobody signs it any more, Presence
owes another one, and whose signatures are lost was told before and is told why."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company
from apps.core import clock
from apps.core.events import EventData
from apps.core.plugins import Consequence
from apps.core.process import PartyRole, Stage
from apps.core.web.confirmations import NeedsConfirmation, receipts_of_request
from apps.rollouts import events as rollouts
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.acceptance import events, queries
from apps.stages.acceptance.models import AcceptanceTerm, Signatory

UNCHANGING = frozenset(
    event.kind for event in (events.Signed, events.Brought, events.Outdated, events.Reminded, rollouts.Advanced)
)
"""Events after which a term says what it said: a signature has had the record compared, the others change nothing of it."""
RECEIPTS = "voids_signatures"
"""Under this name a request says that whoever sends it knows whose signatures are lost."""


class VoidsSignatures(NeedsConfirmation):
    """What is about to be done takes signatures away (409): ``terms`` with those who signed them."""

    code = "voids_signatures"

    def __init__(self, terms: Sequence[tuple[AcceptanceTerm, Sequence[Signatory]]]) -> None:
        super().__init__(
            _("Isto muda o que diz um termo que já tem assinaturas: elas perdem o efeito."),
            name=RECEIPTS,
            receipt=",".join(_receipt(term, signed) for term, signed in terms),
            title=_("Assinaturas do termo de aceite perdem o efeito"),
            button=_("Continuar: as assinaturas perdem o efeito"),
            details=[
                *(
                    _("Termo %(term)s: %(names)s.") % {"term": term, "names": queries.names_of(signed)}
                    for term, signed in terms
                ),
                _("Quem assinou é avisado do motivo, e a Presence redige o termo de novo."),
            ],
        )


def follow(rollout: Rollout, event: EventData, actor: User | None) -> None:
    """After each event of a ``rollout`` whose term is out for signature: compare what it says with the record.

    Raises ``VoidsSignatures`` where signatures would be lost and the person who acts has not confirmed that.
    """
    if rollout.stage == Stage.ACCEPTANCE and event.kind not in UNCHANGING:
        _keep_up(rollout, actor)


def work_out(rollout: Rollout) -> None:
    """The same each night, for what changed the record without an event of the project. ``rollout`` is locked."""
    if rollout.stage == Stage.ACCEPTANCE:
        _keep_up(rollout, None)


def follow_company(company: Company, by: User) -> None:
    """The name or the CNPJ of a party was corrected: every term of it that is out for signature names it as it was.

    Raises ``VoidsSignatures``, once for all of them.
    """
    terms = _to_sign().filter(rollout__parties__company=company).select_related("rollout__platform").distinct()
    outdated = [term for term in terms.order_by("pk") if queries.changed_parts(term)]
    require_confirmation([(term, queries.who_signed(term)) for term in outdated], by)
    for term in outdated:
        with timeline.changing(term.rollout) as rollout:
            _keep_up(rollout, by)


def _keep_up(rollout: Rollout, actor: User | None) -> None:
    """``rollout`` is locked; its record is read of a row of its own, which knows nothing of what the action read before."""
    term = _to_sign().filter(rollout=rollout.pk).select_related("rollout__platform").first()
    parts = queries.changed_parts(term) if term else []
    if term is None or not parts:
        return
    signed = queries.who_signed(term)
    require_confirmation([(term, signed)], actor)
    term.outdated_at = clock.now()
    term.save(update_fields=["outdated_at"])
    outdated = events.Outdated(
        term=str(term), version=term.version, parts=parts, signed=[PartyRole(row.role) for row in signed]
    )
    timeline.record(rollout, outdated, None)


def _to_sign() -> Any:
    waiting = AcceptanceTerm.objects.filter(state=AcceptanceTerm.State.READY, outdated_at=None)
    return waiting.filter(rollout__stage=Stage.ACCEPTANCE)


def consequence(term: AcceptanceTerm, text: str) -> Consequence:
    """``text``, which says that ``term`` ends, with the receipt of the signatures that are lost with it, where there are."""
    signed = queries.who_signed(term) if term.can_be_signed else []
    return Consequence(text, RECEIPTS, _receipt(term, signed)) if signed else Consequence(text)


def require_confirmation(terms: Iterable[tuple[AcceptanceTerm, Sequence[Signatory]]], actor: User | None) -> None:
    """Raise ``VoidsSignatures`` unless ``actor``, who is about to take away what signed ``terms`` have, said to know that."""
    terms = [(term, signed) for term, signed in terms if signed]
    receipts = receipts_of_request(RECEIPTS) if actor else None
    if receipts is not None and not {_receipt(*pair) for pair in terms} <= receipts:
        raise VoidsSignatures(terms)


def _receipt(term: AcceptanceTerm, signed: Iterable[Signatory]) -> str:
    """Stands for exactly these signatures under ``term``: one more that is given meanwhile is not lost unseen."""
    return ":".join([str(term), *sorted(row.role for row in signed)])
