"""What every page of the homologation starts from."""

from django.http import Http404

from apps.accounts.http import SignedInRequest
from apps.core.process import Stage
from apps.rollouts.models import Rollout
from apps.rollouts.views import visible_rollout
from apps.stages.homologation.models import Script


def script_of(request: SignedInRequest, pk: int, *, framed: bool = True) -> tuple[Rollout, Script]:
    """The rollout and its script, as far as they exist for the person; 404 otherwise. ``framed``: see ``visible_rollout``."""
    rollout = visible_rollout(request, pk, "script__frozen_by", framed=framed)
    try:
        return rollout, rollout.script
    except Script.DoesNotExist:
        raise Http404 from None


def permissions(request: SignedInRequest, rollout: Rollout) -> dict[str, bool]:
    """What the person may do in the homologation now, by the names that its templates use."""
    at_work = rollout.stage == Stage.HOMOLOGATION
    return {
        "may_lead": rollout.is_open and request.user.has_perm("homologation.lead", rollout),
        "may_agree_for_client": rollout.is_open and request.user.has_perm("homologation.agree_for_client", rollout),
        "may_verify": rollout.is_open and request.user.has_perm("homologation.verify", rollout),
        "may_execute": at_work and request.user.has_perm("homologation.execute", rollout),
        "may_shape": rollout.is_open and request.user.has_perm("homologation.shape", rollout),
        "at_work": at_work,
    }
