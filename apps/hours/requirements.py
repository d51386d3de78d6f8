from collections.abc import Iterator

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.blueprints.catalogues import content
from apps.core import minutes
from apps.core.process import PartyRole
from apps.core.web import frame
from apps.hours import queries
from apps.hours.logging import timers
from apps.hours.models import Contest, ExtraHoursRequest, Policy
from apps.rollouts import registry
from apps.rollouts.gates import Requirement, welcomes
from apps.rollouts.models import Rollout


@registry.on_start
def copy_the_policy(rollout: Rollout) -> None:
    policy = content.hours_policy()
    Policy.objects.create(
        rollout=rollout,
        training_allowance=policy.training_allowance,
        homologation_allowance=policy.homologation_allowance,
        hourly_rate=policy.hourly_rate,
    )


@welcomes
def extra_hours_are_answered(rollout: Rollout) -> Iterator[Requirement]:
    for request in rollout.extra_requests.filter(state=ExtraHoursRequest.State.OPEN):
        yield Requirement(
            key=f"hours:request:{request.number}",
            text=_("Responder ao pedido de horas extras: %(duration)s de %(activity)s")
            % {"duration": minutes.show(request.minutes), "activity": request.get_activity_display()},
            owed_by=PartyRole.CLIENT,
            since=request.sent_at,
            url=reverse("hours:room", args=[rollout.pk]) + "#acordo",
        )


@welcomes
def contests_are_answered(rollout: Rollout) -> Iterator[Requirement]:
    for contest in rollout.contests.filter(state=Contest.State.OPEN).select_related("entry"):
        yield Requirement(
            key=f"hours:contest:{contest.number}",
            text=_("Responder na contestação %(number)d, do apontamento %(entry)d")
            % {"number": contest.number, "entry": contest.entry.number},
            owed_by=contest.waits_for,
            since=contest.since,
            url=reverse("hours:contest_thread", args=[rollout.pk, contest.number]),
            review=contest.waits_for == PartyRole.PRESENCE,
        )


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    for allowance in queries.allowances(rollout):
        full = allowance.left == 0
        used = f"{minutes.show(allowance.used)} / {minutes.show(allowance.size)}"
        yield registry.Fact(allowance.label, used, "warning" if full else "neutral")
    totals = queries.totals(queries.lines(rollout))
    if totals["billable"]:
        yield registry.Fact(_("Extras cobradas"), minutes.show(totals["billable"]))
    if totals["free"]:
        yield registry.Fact(_("Extras não cobradas"), minutes.show(totals["free"]))


registry.add_room(
    registry.Room(
        key="hours", title=gettext_lazy("Horas"), icon="clock", url_name="hours:room", summary=summary, position=80
    )
)


def may_log(user, rollout: Rollout) -> bool:
    return rollout.is_open and user.has_perm("hours.log", rollout)


registry.add_tool(registry.Tool("hours/tools.html", may_log))


def running_timer(request: HttpRequest) -> str:
    """The timer of the person, on every page; and the place and the keys of the quick log."""
    if not request.user.has_perm("hours.log"):
        return ""
    timer = timers.running(request.user)  # type: ignore[arg-type]
    context = {"timer": timer, "forgotten": timer is not None and timers.was_forgotten(timer)}
    return render_to_string("hours/frame.html", context, request)


frame.add_part("hours", running_timer)
