"""A signatory who left the company: its lead, or a manager of Presence, says who signs in their place. And the reminder of
those whose turn it is."""

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.companies.people.choices import Choice
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.limits import actions as limits
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.acceptance import choosing, events, queries
from apps.stages.acceptance.models import AcceptanceTerm, Signatory
from apps.stages.acceptance.signing import actions as signing
from apps.stages.acceptance.signing import new_addresses

REMINDERS = limits.Limit("remind-signatories", ((1, 12 * limits.HOUR), (5, 7 * limits.DAY)))
"""How often one term reminds its signatories."""


def designate(signatory: Signatory, *, by: User, to: User, reason: str, machine: str = "") -> None:
    """Have ``to``, of the same company, sign in the place of a signatory who left it or whose account ended.

    The term stays as it is: it binds the company, which signs by whoever holds the role. It keeps naming who was to sign;
    the signing log and the verification page say by whose designation another did. ``machine`` is the name of the token with
    which ``by`` said so, empty for the page. Raises ``Refusal`` while the signatory is
    still there (they pass it on themselves) or the term is not open, ``Invalid`` without a reason or for somebody who is not
    of the company, ``NotAllowed`` (403) for who drafted the term or speaks for another company.
    """
    require(by, "acceptance.designate", signatory)
    if not reason.strip():
        raise Invalid(_("Diga o motivo."), field="reason")
    with timeline.changing(signatory.rollout) as rollout:
        signatory, term = _to_replace(signatory, rollout, by)
        signing.check_successor(signatory, term, to)
        designated_as = PartyRole.PRESENCE if is_presence(by) else PartyRole(signatory.role)
        signatory.designated_by, signatory.designated_as = str(by), designated_as
        signing.put_in_place(signatory, to)
        event = events.Designated(
            version=term.version, role=PartyRole(signatory.role), reason=reason.strip(), machine=machine or None
        )
        timeline.record(rollout, event, by, party=designated_as)
        new_addresses.record_unsettled(rollout, term, [signatory])


def designate_person(signatory: Signatory, *, by: User, to: Choice, reason: str) -> None:
    """``designate`` somebody of the directory, or who is added to it. Raises ``choosing.WithoutAccess`` (422), with nobody
    designated, where they have no access yet: they are invited."""
    require(by, "acceptance.designate", signatory)
    accounts = choosing.accounts_of(
        signatory.rollout,
        {"to": to},
        by=by,
        check=lambda rollout: _to_replace(signatory, rollout, by),
        afterwards=_("Designe depois que entrar, ou escolha outra pessoa."),
    )
    designate(signatory, by=by, to=accounts["to"], reason=reason)


def _to_replace(signatory: Signatory, rollout: Rollout, by: User) -> tuple[Signatory, AcceptanceTerm]:
    """``signatory``, who left, and the term, read anew. Raises ``Refusal`` or ``NotAllowed`` unless ``by`` may name
    another."""
    signatory, term = signing.awaited(signatory, rollout)
    require(by, "acceptance.designate", signatory)
    if signatory.is_there:
        raise Refusal(
            _("%(name)s continua na empresa. Só quem ia assinar passa a assinatura a outra pessoa.")
            % {"name": signatory.name}
        )
    return signatory, term


def remind(term: AcceptanceTerm, *, by: User) -> None:
    """Mail those whose turn it is that the term waits for them.

    Raises ``TooMany`` (429) when this term did so less than twelve hours ago or five times this week, ``Refusal`` when
    nobody who is still there is awaited.
    """
    require(by, "acceptance.draft", term)
    with timeline.changing(term.rollout) as rollout:
        term = rollout.terms.get(pk=term.pk)
        awaited = queries.next_to_sign(term, term.signatories.with_places())
        if queries.is_over(term) or not any(row.is_there for row in awaited):  # type: ignore[attr-defined]
            raise Refusal(_("Não há a quem lembrar: ninguém que continua na empresa tem agora a vez de assinar."))
        limits.take(REMINDERS, term.pk)
        opens = [PartyRole(row.role) for row in awaited if row.is_there]  # type: ignore[attr-defined]
        timeline.record(rollout, events.Reminded(version=term.version, opens=opens), by)
