from collections.abc import Iterator

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from apps.blueprints.catalogues import content
from apps.core import clock, minutes
from apps.core.plugins import Fact, Page, Panel, Plugin
from apps.hours import (
    chain_checks,
    changing_client,
    dossier,
    events,
    personal_data,
    queries,
    requirements,
    search,
    tasks,
    term,
)
from apps.hours.api import router
from apps.hours.ledger import actions as ledger
from apps.hours.logging import timers
from apps.hours.models import Line, Policy
from apps.hours.statements import mails
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity


def copy_the_policy(rollout: Rollout) -> None:
    """The first version of the rollout's hour policy is the blueprint's."""
    policy = content.hours_policy()
    Policy.objects.create(
        rollout=rollout,
        training_allowance=policy.training_allowance,
        homologation_allowance=policy.homologation_allowance,
        hourly_rate=policy.hourly_rate,
    )


def summary(rollout: Rollout) -> Iterator[Fact]:
    sums = queries.hour_sums(rollout)
    for activity, used, size in queries.used_of_allowances(sums, queries.policy_in_force(rollout, clock.today())):
        yield Fact(
            activity.label, f"{minutes.show(used)} / {minutes.show(size)}", "neutral" if used < size else "warning"
        )
    totals = queries.totals(sums)
    if totals["billable"]:
        yield Fact(_("Extras cobradas"), minutes.show(totals["billable"]))
    if totals["free"]:
        yield Fact(_("Extras não cobradas"), minutes.show(totals["free"]))


def running_timer(request: HttpRequest, _nothing: None) -> str:
    """The timer of the person, on every page; and the place and the keys of the quick log."""
    if not request.user.has_perm("hours.log"):
        return ""
    timer = timers.running(request.user)  # type: ignore[arg-type]
    context = {"timer": timer, "forgotten": timer is not None and timers.was_forgotten(timer)}
    return render_to_string("hours/frame.html", context, request)


def log_time(request: HttpRequest, rollout: Rollout) -> str:
    """The buttons that log time on a rollout, or start the timer."""
    if not request.user.has_perm("hours.log", rollout):
        return ""
    return render_to_string("hours/tools.html", {"rollout": rollout}, request)


def time_spent(request: HttpRequest, nonconformity: Nonconformity) -> str:
    """How much time a nonconformity took, for who may read the hours."""
    if not request.user.has_perm("hours.view", nonconformity.rollout):
        return ""
    lines = Line.objects.filter(entry__rollout=nonconformity.rollout_id, entry__nonconformity=nonconformity)
    spent = lines.aggregate(minutes=Sum("minutes"), entries=Count("entry", distinct=True))
    return render_to_string("hours/time_spent.html", {**spent, "rollout_id": nonconformity.rollout_id}, request)


plugin = Plugin(
    app="hours",
    searches=search.SOURCES,
    page=Page(key="hours", title=_("Horas"), icon="clock", url_name="hours:room", summary=summary, position=80),
    panels=[
        Panel("every page", running_timer),
        Panel("rollout", log_time),
        Panel("nonconformity", time_spent),
    ],
    starts=[copy_the_policy],
    meeting_objections=[queries.refuse_closed_month],
    party_leaves=[changing_client.refuse_open_months],
    party_replaced=[changing_client.let_approvals_lapse],
    companies_merged=[changing_client.refuse_unequal_months],
    nonconformity_judged=[ledger.follow_judgement],
    events=events,
    notices={events.MonthClosed: mails.CLOSED, events.ClientMonthClosed: mails.CLIENT_CLOSED},
    requirements=requirements,
    derived=[changing_client.work_out_periods],
    term={"hours": term.HOURS},
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.STATEMENT, tasks.CLIENT_STATEMENT],
    chain_checks=[chain_checks.statements],
    routers={"/hours": router},
)
