"""Who else must confirm a result: nobody settles a case that the acceptance asks for alone."""

from apps.core.process import PartyRole
from apps.meetings.models import Attendee, Meeting, MeetingKind
from apps.stages.homologation.models import Outcome, Result, Script

PARTIES_TOGETHER = {PartyRole.PRESENCE, PartyRole.CLIENT, PartyRole.INTEGRATOR}


def must_confirm(result: Result) -> bool:
    """Whether ``result``, which is about to be recorded, counts only once the other side confirmed it.

    That a binding case does not apply, as Presence says, the client agrees to. That it passed counts at once when Presence or
    the client saw it, or when all were together; of a machine, or of the integrator alone, it waits.
    """
    case = result.case
    if not case.is_binding:
        return False
    if result.outcome == Outcome.NOT_APPLICABLE:
        return True
    if result.outcome != Outcome.PASSED:
        return False
    return bool(result.machine) or not (_sees_for_itself(result) or required_parties_present(case.script))


def required_parties_present(script: Script) -> bool:
    """Whether a session goes on in which Presence, client and integrator each have somebody there."""
    people_there = Attendee.objects.filter(
        meeting__rollout=script.rollout_id, meeting__kind=MeetingKind.HOMOLOGATION,
        meeting__state=Meeting.State.IN_PROGRESS, attended=True, left_at=None,
    )  # fmt: skip
    return set(people_there.order_by().values_list("party", flat=True).distinct()) >= PARTIES_TOGETHER


def _sees_for_itself(result: Result) -> bool:
    """Its author is of Presence or the client, and not of the company whose work is judged."""
    is_integrator = PartyRole.INTEGRATOR in result.case.rollout.roles_of(result.by)
    return not is_integrator and result.by.has_perm("homologation.verify", result.case)
