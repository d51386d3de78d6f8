"""What the hours show on pages of other apps."""

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.models import User
from apps.hours.models import Line
from apps.stages.homologation.models import Nonconformity


@dataclass(frozen=True)
class Spent:
    """``minutes`` in all, over ``entries`` entries, that may be read at ``url``."""

    minutes: int
    entries: int
    url: str


def spent_on(nonconformity: Nonconformity, user: User) -> Spent | None:
    """The time that was logged for ``nonconformity``; None for who may not see the hours."""
    if not user.has_perm("hours.view", nonconformity.rollout):
        return None
    lines = Line.objects.filter(entry__rollout=nonconformity.rollout_id, entry__nonconformity=nonconformity)
    total = lines.aggregate(minutes=Sum("minutes"), entries=Count("entry", distinct=True))
    url = reverse("hours:room", args=[nonconformity.rollout_id])
    return Spent(total["minutes"] or 0, total["entries"], url)


def time_of_nonconformity(request: HttpRequest, nonconformity: Nonconformity) -> str:
    """A fact on the page of a nonconformity."""
    spent = spent_on(nonconformity, request.user)  # type: ignore[arg-type]
    return render_to_string("hours/time_of_nonconformity.html", {"spent": spent}) if spent else ""
