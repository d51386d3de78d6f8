"""The rollouts of a company of which there were two records."""

from apps.companies.mergers import CompanyMerge, wording
from apps.rollouts import events, timeline
from apps.rollouts.models import FormerParty, Party, Rollout


def move_parties(merge: CompanyMerge) -> None:
    """Every rollout of the record that goes has the other one in its place, and says so on its timeline."""
    keys = set(Party.objects.filter(company=merge.merged).values_list("rollout", flat=True))
    keys |= set(FormerParty.objects.filter(company=merge.merged).values_list("rollout", flat=True))
    for rollout in Rollout.objects.filter(pk__in=keys).order_by("pk"):
        with timeline.changing(rollout, even_closed=True) as locked:
            locked.parties.filter(company=merge.merged).update(company=merge.into)
            locked.former_parties.filter(company=merge.merged).update(company=merge.into)
            event = events.CompaniesMerged(merged=wording(merge.merged), into=wording(merge.into), reason=merge.reason)
            timeline.record(locked, event, merge.by)
    for platform in merge.merged.platforms.all():
        platform.companies.add(merge.into)
        platform.companies.remove(merge.merged)
