from apps.core.localized import Localized
from apps.rollouts.models import Rollout
from apps.stages.kickoff.models import AgreedField, Kickoff


def kickoff_of(rollout: Rollout) -> Kickoff | None:
    return Kickoff.objects.filter(rollout=rollout).first()


def model_title(kickoff: Kickoff) -> Localized:
    """The chosen integration model's title; empty when none is chosen."""
    return Localized.of(
        next((offer["title"] for offer in kickoff.offered_models if offer["key"] == kickoff.model), None)
    )


def summary_for_term(rollout: Rollout) -> dict[str, object]:
    """What was agreed, as the acceptance term records it: plain JSON."""
    kickoff = kickoff_of(rollout)
    if kickoff is None:
        return {"held_on": None, "model": "", "methods": []}
    counts = {
        method.code: AgreedField.objects.filter(method=method).count() for method in kickoff.methods.filter(agreed=True)
    }
    return {
        "held_on": kickoff.held_at.date().isoformat() if kickoff.held_at else None,
        "model": model_title(kickoff).get("pt", ""),
        "methods": [
            {"code": method.code, "title": method.title["pt"], "process": method.process, "fields": counts[method.code]}
            for method in kickoff.methods.filter(agreed=True)
        ],
    }
