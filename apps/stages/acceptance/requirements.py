from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import Localized, both
from apps.core.process import Gate, PartyRole
from apps.core.requirements import Answer, Requirement, requirement
from apps.rollouts.models import OpenRequirement, Rollout
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import AcceptanceTerm

SIGNATURE = "acceptance:signature"


def _term_in_force(rollout: Rollout) -> AcceptanceTerm | None:
    terms = queries.terms_of(rollout)
    return next((term for term in terms if term.state in queries.IN_FORCE and not term.is_set_aside), None)


@requirement("acceptance:term", Gate.START_GO_LIVE)
def the_term_is_there_to_sign(rollout: Rollout) -> Iterator[Requirement]:
    term = _term_in_force(rollout)
    room = reverse("acceptance:room", args=[rollout.pk])
    if term is None or term.state == AcceptanceTerm.State.DRAFTED:
        yield Requirement(
            key="acceptance:term",
            text=both(_("Redigir o termo de aceite") if term is None else _("Gerar o PDF do termo de aceite")),
            owed_by=PartyRole.PRESENCE,
            since=term.drafted_at if term else rollout.stage_entered_at,
            url=room,
        )
    elif term.is_outdated and term.outdated_at:
        yield Requirement(
            key="acceptance:term",
            text=both(_("Redigir de novo o termo de aceite: o registro do projeto mudou")),
            owed_by=PartyRole.PRESENCE,
            since=term.outdated_at,
            url=f"{room}#redigir",
        )


def text_without_name(row: OpenRequirement) -> Localized | None:
    """What ``row`` asks, without the name of who signs, for what keeps it for ever; None where it is no signature's."""
    if not row.key.startswith(f"{SIGNATURE}:"):
        return None
    if row.person_id is None:
        return both(_("Designar quem assina o termo de aceite no lugar de quem saiu"))
    return both(_("Assinar o termo de aceite"))


def answer_by_signing(rollout: Rollout, role: str) -> Answer | None:
    term = _term_in_force(rollout)
    signatory = next((row for row in term.signatories.all() if row.role == role), None) if term else None
    if signatory is None or not signatory.term.can_be_signed or queries.has_left(signatory):
        return None
    return Answer(
        button=_("Ler e assinar"),
        icon="signature",
        permission="acceptance.sign",
        subject=signatory,
        help=_("O termo foi gerado a partir do que o projeto registrou. Leia, confira e assine; leva poucos minutos."),
        signer=signatory.user,
    )


@requirement(SIGNATURE, Gate.START_GO_LIVE, answer=answer_by_signing)
def the_term_is_signed_by_all(rollout: Rollout) -> Iterator[Requirement]:
    """Only those whose turn it is are asked; who signs later is asked, and told, once those before have signed."""
    term = _term_in_force(rollout)
    if term is None or term.state == AcceptanceTerm.State.DRAFTED:
        return
    for signatory in queries.next_to_sign(term, term.signatories.all()):
        if queries.has_left(signatory):
            yield Requirement(
                key=f"{SIGNATURE}:{signatory.role}",
                text=both(_("Designar quem assina o termo de aceite no lugar de %(name)s"), name=signatory.name),
                owed_by=signatory.role,
                since=signatory.since,
                url=reverse("acceptance:designate", args=[rollout.pk, signatory.pk]),
                due=clock.day_of(term.expires_at) if term.expires_at else None,
                by_lead=signatory.role != PartyRole.PRESENCE,
                also_by=PartyRole.PRESENCE if signatory.role != PartyRole.PRESENCE else "",
            )
            continue
        yield Requirement(
            key=f"{SIGNATURE}:{signatory.role}",
            text=both(_("Assinar o termo de aceite: %(name)s"), name=signatory.name),
            owed_by=signatory.role,
            since=signatory.since,
            url=reverse("acceptance:sign", args=[rollout.pk, signatory.pk]),
            due=clock.day_of(term.expires_at) if term.expires_at else None,
            person=signatory.user,
        )


@requirement("acceptance:refusal", Gate.START_ACCEPTANCE)
def the_refusal_is_settled(rollout: Rollout) -> Iterator[Requirement]:
    """The reason of a refusal is answered before there is another term."""
    term = queries.unsettled_among(queries.terms_of(rollout))
    refusal = queries.refusal_of(term) if term else None
    if term is None or refusal is None:
        return
    yield Requirement(
        key=f"acceptance:refusal:{term.version}",
        text=both(
            _("Resolver o motivo da recusa do termo (%(party)s): %(reason)s"),
            party=PartyRole(refusal.role).label,
            reason=refusal.reason,
        ),
        owed_by=PartyRole.PRESENCE,
        since=rollout.stage_entered_at,
        url=reverse("acceptance:room", args=[rollout.pk]) + "#recusa",
    )
