"""A project manager drafts; each signatory signs in person; the four companies read. A file that was signed elsewhere is
brought by either of those: its signatures say themselves whose they are."""

from typing import Any

import rules
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.companies.access import is_lead_of, is_presence_manager, is_project_manager
from apps.core.process import PartyRole
from apps.core.refusals import NotAllowed, Refusal
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import AcceptanceTerm

OUTDATED = gettext_lazy("O registro do projeto mudou depois da redação. A Presence precisa redigir o termo de novo.")


@rules.predicate
def is_the_signatory(user, signatory) -> bool:
    """In person, and while they still belong to the party."""
    if signatory is None or signatory.user_id != user.pk:
        return False
    return signatory.role in signatory.rollout.roles_of(user)


@rules.predicate
def names_the_signatory(user, signatory) -> bool:
    """Who says who signs in the place of somebody who left: a lead of the party's company, or a manager of Presence."""
    if signatory is None:
        return False
    return is_presence_manager(user) or is_lead_of(user, signatory.rollout.company(signatory.role))


@rules.predicate
def signs_the_term(user, term) -> bool:
    return term is not None and any(is_the_signatory(user, row) for row in term.signatories.all())


def require_open_for_signing(term: AcceptanceTerm) -> None:
    """Raise ``Refusal`` unless ``term`` is out for signature, in time and not outdated."""
    if term.state != AcceptanceTerm.State.READY:
        raise Refusal(_("Este termo não está aberto para assinatura."))
    if queries.is_over(term):
        raise Refusal(_("O prazo para assinar este termo venceu. A Presence precisa redigi-lo de novo."))
    if term.outdated_at:
        raise Refusal(str(OUTDATED))


def refuse_drafter(person: Any, role: str, drafted_by: int) -> None:
    """Raise ``NotAllowed`` (403) when ``person``, who drafted the term (the key ``drafted_by``), is to sign it for ``role``:
    Presence drafts what the other companies sign."""
    if role != PartyRole.PRESENCE and person.pk == drafted_by:
        raise NotAllowed(
            _(
                "%(name)s redigiu este termo pela Presence e não pode assiná-lo por outra empresa. Quem assina por ela é "
                "outra pessoa."
            )
            % {"name": person}
        )


rules.add_perm("acceptance.draft", is_project_manager)
rules.add_perm("acceptance.sign", is_the_signatory)
rules.add_perm("acceptance.designate", names_the_signatory)
rules.add_perm("acceptance.designate_by_token", is_presence_manager)
rules.add_perm("acceptance.bring", is_project_manager | signs_the_term)
