"""Issue a token of the REST API for one rollout, and revoke it."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from apps.accounts import address_changes as addresses
from apps.accounts.models import AddressChange, User
from apps.api import events
from apps.api.models import ApiToken, digest_of
from apps.companies.models import Kind, Membership
from apps.core import clock
from apps.core.refusals import Invalid, Refusal, require
from apps.core.web.rest import Scope
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.parties import PartyChange

PREFIX = "prl_"
"""How a token begins, so that a scanner of repositories knows one that was left there."""

PERMISSION_FOR = {
    Scope.RESULTS: "homologation.execute",
    Scope.FILES: "homologation.execute",
    Scope.DELIVERY: "development.report",
    Scope.PROGRESS: "development.report",
    Scope.PROJECT: "rollouts.correct",
    Scope.SIGNATORIES: "acceptance.designate_by_token",
}
"""What a person needs to give a token a scope: a token is never offered what its person may not do."""

LONGEST_TO_DESIGNATE = timedelta(days=7)
"""How long a token that names who signs is good for at most: it stands for the fresh proof with which it was made."""


def scopes_for(user: User, rollout: Rollout) -> list[Scope]:
    """The scopes that a token of ``user`` may have on ``rollout``."""
    return [scope for scope in Scope if scope not in PERMISSION_FOR or user.has_perm(PERMISSION_FOR[scope], rollout)]


@sensitive_variables("secret")
def issue_token(
    rollout: Rollout, *, by: User, name: str, scopes: Sequence[str], expires: date | None = None
) -> tuple[ApiToken, str]:
    """A new token that acts as ``by``, and its secret, which is never seen again. It is good until the end of the day
    ``expires``. Raises ``Invalid`` (422) for a name in use, a day in the past, or scopes that ``by`` may not give."""
    require(by, "api.issue_token", rollout)
    with timeline.changing(rollout) as rollout:
        name = name.strip()
        if not name:
            raise Invalid(_("Dê um nome ao token, como “CI da Conecta”."), field="name")
        if ApiToken.objects.filter(rollout=rollout, name=name, revoked_at=None).exists():
            raise Invalid(
                _("Já existe um token com este nome neste projeto. Revogue-o ou dê outro nome."), field="name"
            )
        allowed = scopes_for(by, rollout)
        if not scopes or set(scopes) - set(allowed):
            raise Invalid(_("Escolha o que o token pode fazer, entre o que o seu papel permite."), field="scopes")
        if expires is not None and expires < clock.today():
            raise Invalid(_("A validade não pode estar no passado."), field="expires")
        if Scope.SIGNATORIES in scopes and (expires is None or expires > clock.today() + LONGEST_TO_DESIGNATE):
            raise Invalid(
                _("Um token que designa quem assina vale no máximo %(days)d dias.")
                % {"days": LONGEST_TO_DESIGNATE.days},
                field="expires",
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            rollout=rollout,
            membership=_membership(rollout, by),
            name=name,
            scopes=[scope.value for scope in allowed if scope in scopes],
            prefix=secret[:10],
            digest=digest_of(secret),
            expires_at=_end_of(expires) if expires else None,
        )
        timeline.record(rollout, events.TokenIssued(name=name, scopes=", ".join(token.scopes)), by)
        return token, secret


def revoke_token(token: ApiToken, *, by: User) -> None:
    """End a token at once, also of a closed rollout. Raises ``Refusal`` (409) when it was revoked already."""
    require(by, "api.revoke_token", token)
    with timeline.changing(token.rollout, even_closed=True) as rollout:
        token = ApiToken.objects.get(pk=token.pk)
        if token.revoked_at:
            raise Refusal(_("O token “%(name)s” já foi revogado.") % {"name": token.name})
        _end(token, rollout, by)


def revoke_tokens_since_change(change: AddressChange) -> None:
    """End the tokens of an account whose change of address was undone, made since a day before that change."""
    if not change.undone_at:
        return
    tokens = ApiToken.objects.filter(
        membership__user=change.user, created_at__gte=change.at - addresses.SUSPECT_PERIOD, revoked_at=None
    )
    for token in tokens.order_by("rollout", "pk"):
        revoke_token(token, by=change.user)


def end_tokens_of_former_company(change: PartyChange) -> None:
    """End the tokens of the people of a company that has left the rollout."""
    if not change.leaves:
        return
    for token in change.rollout.api_tokens.filter(membership__company=change.before, revoked_at=None).order_by("pk"):
        _end(token, change.rollout, change.by)


def _end(token: ApiToken, rollout: Rollout, by: User) -> None:
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    timeline.record(rollout, events.TokenRevoked(name=token.name, scopes=", ".join(token.scopes)), by)


def _membership(rollout: Rollout, by: User) -> Membership:
    """The company for which ``by`` takes part: the integrator's before the platform's, Presence's last."""
    companies = [rollout.company(role).pk for role in ("integrator", "platform", "presence")]
    memberships = by.memberships.filter(company__in=companies).select_related("company")
    if not memberships:
        raise Refusal(_("Só quem trabalha em uma das empresas do projeto cria tokens."))
    return min(memberships, key=lambda row: (row.company.kind == Kind.PRESENCE, companies.index(row.company_id)))


def _end_of(day: date) -> datetime:
    return clock.instant_of(day + timedelta(days=1))
