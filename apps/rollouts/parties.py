"""The companies of a rollout: which may play which role, and what happens when another takes a party's place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.companies.models import Company, Kind
from apps.core import clock, plugins
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, require, stated
from apps.rollouts import events, timeline
from apps.rollouts.events import Credentials
from apps.rollouts.models import Assignment, FormerParty, Rollout

ELIGIBLE = {
    PartyRole.PRESENCE: {Kind.PRESENCE},
    PartyRole.PLATFORM: {Kind.PLATFORM},
    PartyRole.INTEGRATOR: {Kind.INTEGRATOR, Kind.PLATFORM, Kind.CLIENT},
    PartyRole.CLIENT: {Kind.CLIENT},
}
"""Which kinds of company may play which role. The integrator may be the platform's, the client's or a third one's team."""
REPLACEABLE = (PartyRole.CLIENT, PartyRole.INTEGRATOR, PartyRole.PLATFORM)
"""The parties in whose place another company may come."""
FIELDS = {PartyRole.PLATFORM: "platform_company", PartyRole.INTEGRATOR: "integrator", PartyRole.CLIENT: "client"}
"""The field of a new rollout that names the company of a role."""


@dataclass(frozen=True)
class PartyChange:
    """Another company in the place of ``before``, in the transaction that puts it there: ``rollout`` is locked and has
    ``after`` in the ``roles`` already. ``leaves``: ``before`` plays no other role in it."""

    rollout: Rollout
    roles: list[PartyRole]
    before: Company
    after: Company
    by: User
    credentials: Credentials
    leaves: bool


def refuse_unfit(cast: Mapping[PartyRole, Company]) -> None:
    """Raise ``Invalid``, on the field of the role, when a company of ``cast`` cannot play its role beside the others."""
    for role, company in cast.items():
        if company.kind not in ELIGIBLE[role]:
            raise Invalid(
                _("%(company)s não pode ser %(role)s neste projeto.")
                % {"company": company, "role": role.label.lower()},
                field=FIELDS.get(role, role.value),
            )
    integrator = cast[PartyRole.INTEGRATOR]
    own_teams = {cast[PartyRole.PLATFORM], cast[PartyRole.CLIENT]}
    if integrator.kind in {Kind.PLATFORM, Kind.CLIENT} and integrator not in own_teams:
        raise Invalid(
            _("O integrador pode ser a plataforma ou o cliente deste projeto, não os de outro."), field="integrator"
        )


def refuse_unfit_platform(platform: Platform, company: Company) -> None:
    """Raise ``Invalid``, on ``platform_company``, when others answer for ``platform``, or ``company`` for other platforms
    only, as earlier projects say."""
    answering = list(platform.companies.all())
    others = list(company.platforms.exclude(pk=platform.pk))
    if company in answering or not (answering or others):
        return
    if answering:
        text = _("Quem responde por %(platform)s é %(known)s, não %(company)s.")
        names = ", ".join(str(other) for other in answering)
    else:
        text = _("%(company)s responde por %(known)s; ninguém disse ainda que responde por %(platform)s.")
        names = ", ".join(str(other) for other in others)
    sentence = text % {"platform": platform, "company": company, "known": names}
    more = _("Escolha outra empresa, ou marque abaixo que ela também responde por esta plataforma.")
    raise Invalid(f"{sentence} {more}", field="platform_company")


def company_at(rollout: Rollout, role: str, instant: datetime) -> Company:
    """The company that played ``role`` at ``instant``."""
    before = rollout.former_parties.filter(role=role, until__gt=instant).select_related("company").first()
    return before.company if before else rollout.company(role)


def period_at(rollout: Rollout, role: str, instant: datetime) -> tuple[datetime | None, datetime | None]:
    """From when and until when the company that played ``role`` at ``instant`` played it; None for the start of the rollout
    and for one that plays it still."""
    ends = list(rollout.former_parties.filter(role=role).values_list("until", flat=True))
    since = max((end for end in ends if end <= instant), default=None)
    return since, min((end for end in ends if end > instant), default=None)


def replace(
    rollout: Rollout, role: str, *, by: User, company: Company, reason: str, credentials: str = Credentials.PURGE
) -> None:
    """Put ``company`` in the place of the one that plays ``role`` (client, integrator or platform), from now on.

    What the other one delivered, signed and agreed stays its own in the record; it sees the rollout no more. What is open,
    and what was delivered and is not decided, is the new company's; invitations, tokens and takers of matters of the other
    one end. ``credentials`` says what becomes of the vault. Raises ``Invalid`` for a company that cannot play the role or
    plays it already, and without a reason. Whoever is client or platform and builds the connector too leaves both places.
    """
    require(by, "rollouts.replace_party", rollout)
    reason = stated(reason)
    with timeline.changing(rollout) as locked:
        if role not in REPLACEABLE:
            raise Invalid(_("A Presence não se troca num projeto."), field="company")
        cast = {PartyRole(other): playing for other, playing in locked.companies().items()}
        before = cast[PartyRole(role)]
        if company == before:
            raise Invalid(_("%(company)s já é quem ocupa este lugar.") % {"company": company}, field="company")
        roles = [PartyRole(role)]
        if role != PartyRole.INTEGRATOR and cast[PartyRole.INTEGRATOR] == before:
            roles.append(PartyRole.INTEGRATOR)  # Its own team built the connector: the new one's does.
        _refuse_unfit_in_place(cast | dict.fromkeys(roles, company))
        FormerParty.objects.bulk_create(
            FormerParty(rollout=locked, role=vacated, company=before, until=clock.now(), reason=reason, replaced_by=by)
            for vacated in roles
        )
        locked.parties.filter(role__in=roles).update(company=company)
        getattr(locked, "_prefetched_objects_cache", {}).pop("parties", None)
        if role == PartyRole.PLATFORM:
            locked.platform.companies.add(company)
        leaves = not locked.parties.filter(company=before).exists()
        if leaves:
            Assignment.objects.filter(rollout=locked, membership__company=before).delete()
        change = PartyChange(locked, roles, before, company, by, Credentials(credentials), leaves)
        for follow in plugins.followers_of_new_company():
            follow(change)
        replaced = events.PartyReplaced(
            roles=roles,
            before=str(before),
            after=str(company),
            former=before.pk,
            credentials=change.credentials,
            reason=reason,
        )
        timeline.record(locked, replaced, by)


def _refuse_unfit_in_place(cast: Mapping[PartyRole, Company]) -> None:
    """As ``refuse_unfit``, on the one field of the form."""
    try:
        refuse_unfit(cast)
    except Invalid as refusal:
        raise Invalid(refusal.message, field="company") from None
