"""Who may do what in a rollout. Views, API and templates ask these; tests/rollouts/test_access.py is the table.

The building blocks here serve the rooms' own ``access.py`` too: a predicate takes a user and a *subject*,
which is a ``Rollout`` or any object with a ``rollout``.
"""

from collections.abc import Iterable
from typing import Any

import rules
from django.utils.translation import gettext as _

from apps.companies.access import is_presence, is_presence_manager, is_project_manager, roles_of
from apps.companies.models import Role
from apps.core.process import PartyRole
from apps.core.refusals import NotAllowed
from apps.rollouts.models import Rollout


def rollout_of(subject: Any) -> Rollout:
    return subject if isinstance(subject, Rollout) else subject.rollout


def acts_for(*party_roles: str) -> rules.Predicate:
    """True for a person of a company that plays one of ``party_roles`` in the rollout."""

    def acts(user, subject) -> bool:
        return subject is not None and bool(rollout_of(subject).roles_of(user) & set(party_roles))

    return rules.predicate(acts, name=f"acts_for:{'|'.join(party_roles)}")


def leads_for(*party_roles: str) -> rules.Predicate:
    """True for a lead of a company that plays one of ``party_roles`` in the rollout."""

    def leads(user, subject) -> bool:
        if subject is None:
            return False
        led = {company for company, (_kind, role) in roles_of(user).items() if role == Role.LEAD}
        return any(party.company_id in led for party in rollout_of(subject).parties.all() if party.role in party_roles)

    return rules.predicate(leads, name=f"leads_for:{'|'.join(party_roles)}")


def refuse_both_halves(by: Any, *first_half_by: int | None) -> None:
    """Raise ``NotAllowed`` (403) when ``by`` also did the other half of an agreement: asked what they now answer, proposed
    what they now agree to, reported what they now confirm.

    ``first_half_by`` are the keys of the people who did it. It matters where somebody changed companies in between, and where
    one company plays two roles.
    """
    if by.pk in first_half_by:
        raise NotAllowed(
            _(
                "Você mesmo fez a outra parte deste acordo. Quem pede, propõe ou informa não responde: peça a outra pessoa."
            )
        )


def refuse_two_companies(rollout: Rollout, by: Any, role: str, answers: Iterable[tuple[str, int]]) -> None:
    """Raise ``NotAllowed`` (403) when ``by`` speaks for ``role`` after having spoken for another company of ``rollout``.

    ``answers`` are the roles for which somebody has spoken, with that person's key. A company that plays two roles may
    have the same person speak for both.
    """
    company = rollout.company(role)
    if any(person == by.pk and rollout.company(other) != company for other, person in answers if other != role):
        raise NotAllowed(
            _("%(name)s já respondeu por outra empresa neste projeto. Cada empresa responde por uma pessoa sua.")
            % {"name": by}
        )


takes_part = acts_for(*PartyRole.values) | is_presence
"""Anybody of the four companies."""


@rules.predicate
def may_try_again(user, subject) -> bool:
    """Work for a rollout is asked for again by Presence's people; what belongs to none, by its managers."""
    return is_presence_manager(user) if subject is None else is_presence(user)


rules.add_perm("rollouts.view", takes_part)
rules.add_perm("rollouts.create", is_project_manager)
rules.add_perm("rollouts.advance", is_project_manager)
rules.add_perm("rollouts.send_back", is_project_manager)
rules.add_perm("rollouts.hold", is_project_manager)
rules.add_perm("rollouts.cancel", is_project_manager)
rules.add_perm("rollouts.plan", is_project_manager)
rules.add_perm("rollouts.correct", is_project_manager)
rules.add_perm("rollouts.hand_over", is_project_manager)
rules.add_perm("rollouts.assign_analyst", is_project_manager)
rules.add_perm("rollouts.replace_party", is_project_manager)
rules.add_perm("rollouts.reopen", is_presence_manager)
rules.add_perm("rollouts.waive", is_presence_manager)
rules.add_perm("rollouts.view_as", is_presence_manager)
rules.add_perm("rollouts.see_unfinished", is_presence_manager)
rules.add_perm("rollouts.try_again", may_try_again)
