"""What becomes of the deliveries when another company takes a party's place, and what a second phase takes over of them."""

from apps.core import clock
from apps.core.process import PartyRole
from apps.prerequisites import actions
from apps.prerequisites.credentials import purge
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts.events import Credentials
from apps.rollouts.models import Rollout
from apps.rollouts.parties import PartyChange

State = Prerequisite.State
Kind = Prerequisite.Kind


def follow_new_company(change: PartyChange) -> None:
    """The contacts of the company that left are asked of the new one. Where the vault is purged, every credential that was
    delivered is asked of its owner again; the timeline certifies the purge."""
    items = change.rollout.prerequisites.filter(state__in=(State.SUBMITTED, State.ACCEPTED)).order_by("position")
    for item in items.filter(kind=Kind.CONTACT, owner__in=change.roles):
        _ask_again(change, item, Submission.Stopped.REPLACED)
    if change.credentials == Credentials.PURGE:
        client_left = PartyRole.CLIENT in change.roles
        client = change.before if client_left else change.rollout.company(PartyRole.CLIENT)
        purge.purge_open(change.rollout, change.by, client=client)
        for item in items.filter(kind=Kind.CREDENTIAL):
            _ask_again(change, item, Submission.Stopped.PURGED)


def _ask_again(change: PartyChange, item: Prerequisite, stopped: Submission.Stopped) -> None:
    accepted, last = item.state == State.ACCEPTED, item.last
    if last is not None:
        last.decision, last.stopped, last.reason, last.wrong = Submission.Decision.REJECTED, stopped, "", []
        last.decided_by, last.decided_at = change.by, clock.now()
        last.save(update_fields=["decision", "stopped", "reason", "wrong", "decided_by", "decided_at"])
    item.state, item.since = State.REJECTED, clock.now()
    item.save(update_fields=["state", "since"])
    if accepted:
        actions.announce_return(change.rollout, item, change.by)


def copy_contacts(following: Rollout, rollout: Rollout) -> None:
    """The contacts that were accepted in ``rollout`` are accepted in the one that follows it or is prepared from it, as they
    were delivered: those of companies that have the same part in both."""
    before, after = rollout.companies(), following.companies()
    same = [role for role, company in after.items() if before.get(role) == company]
    items_by_key = {item.key: item for item in following.prerequisites.filter(kind=Kind.CONTACT, owner__in=same)}
    accepted = rollout.prerequisites.filter(kind=Kind.CONTACT, state=State.ACCEPTED, key__in=items_by_key)
    for item in accepted.prefetch_related("submissions"):
        if item.last is None:
            continue
        Submission.objects.create(
            prerequisite=items_by_key[item.key],
            number=1,
            values=item.last.values,
            submitted_by=item.last.submitted_by,
            submitted_at=item.last.submitted_at,
            decision=Submission.Decision.ACCEPTED,
            decided_by=item.last.decided_by,
            decided_at=item.last.decided_at,
        )
        Prerequisite.objects.filter(pk=items_by_key[item.key].pk).update(state=State.ACCEPTED)
