from django.db.models import F, Q, QuerySet

from apps.companies.models import Company, Role
from apps.core import clock
from apps.invitations.models import Invitation


def of_company(company: Company) -> QuerySet[Invitation]:
    """The invitations of ``company`` that were not accepted and not revoked, expired ones too."""
    return company.invitations.filter(accepted_at=None, revoked_at=None).select_related("invited_by", "rollout")


def leads_to_announce() -> list[int]:
    """The keys of invitations of leads of which the company's other leads and its rollouts have not been told."""
    untold = Q(invited_announced_at=None) | Q(accepted_at__isnull=False, joined_announced_at=None)
    return list(Invitation.objects.filter(untold, role=Role.LEAD).values_list("pk", flat=True))


def waiting_for_mail() -> list[int]:
    """The keys of the invitations whose latest link was not sent yet."""
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=clock.now())
    return list(waiting.exclude(mailed_serial=F("serial")).values_list("pk", flat=True))
