"""After the end: a completed rollout is opened again within its guarantee time, or followed by a second phase."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.access import is_project_manager
from apps.core import clock
from apps.core.process import Gate, PartyRole, Stage
from apps.core.refusals import Refusal, require, stated
from apps.rollouts import actions, events, timeline
from apps.rollouts.models import Analyst, Rollout


def guarantee_ends(rollout: Rollout) -> date | None:
    """The last day on which a completed rollout may be opened again; None for one that is not completed."""
    if rollout.stage != Stage.COMPLETED or rollout.closed_at is None:
        return None
    return clock.day_of(rollout.closed_at) + timedelta(days=settings.GUARANTEE_DAYS)


def is_within_guarantee(rollout: Rollout) -> bool:
    """Whether ``rollout`` is completed and its guarantee time lasts."""
    last_day = guarantee_ends(rollout)
    return last_day is not None and clock.day_of(clock.now()) <= last_day


def reopen(rollout: Rollout, *, by: User, reason: str, seen_version: int) -> Rollout:
    """Open a completed rollout again, at the go-live, from where it may go on or back to the homologation. What was
    confirmed of the release is confirmed anew. Raises ``Refusal`` (409) for one that is not completed or whose guarantee
    time is over, ``Invalid`` without a reason, and ``Stale`` as ``actions.advance`` does.
    """
    require(by, "rollouts.reopen", rollout)
    reason = stated(reason)
    with timeline.changing(rollout, even_closed=True) as locked:
        actions.refuse_if_moved_since(locked, seen_version)
        last_day = guarantee_ends(locked)
        if last_day is None:
            raise Refusal(_("Só um projeto concluído pode ser reaberto."))
        if not is_within_guarantee(locked):
            raise Refusal(
                _("A garantia deste projeto terminou em %(day)s. Abra uma segunda fase, ligada a ele.")
                % {"day": date_format(last_day, "SHORT_DATE_FORMAT")}
            )
        actions.go_back(locked, Gate.REOPEN, by)
        timeline.record(locked, events.Reopened(stage=Stage(locked.stage), reason=reason), by)
        return locked


def start_second_phase(
    rollout: Rollout, *, by: User, scope: str, target_date: date | None = None, project_manager: User | None = None
) -> Rollout:
    """A new rollout that follows a completed one: the same companies, platform, analysts and, unless another is named,
    project manager; each app copies its own share (``Plugin.continued``), as the integration worksheet and the contacts.

    Raises ``Refusal`` (409) for a rollout that is not completed and as ``actions.create_rollout`` does.
    """
    require(by, "rollouts.create")
    companies = rollout.companies()
    manager = project_manager or (rollout.project_manager if is_project_manager(rollout.project_manager) else by)
    with timeline.changing(rollout, even_closed=True) as locked:
        if locked.stage != Stage.COMPLETED:
            raise Refusal(
                _("A segunda fase segue um projeto concluído; este ainda está em andamento ou foi cancelado.")
            )
        following = actions.create_rollout(
            by=by,
            client=companies[PartyRole.CLIENT],
            platform=locked.platform,
            platform_company=companies[PartyRole.PLATFORM],
            integrator=companies[PartyRole.INTEGRATOR],
            project_manager=manager,
            scope=scope,
            target_date=target_date,
            answers_for_platform=True,
            previous=locked,
        )
        timeline.record(locked, events.Continued(following=following.code), by)
        return following


def copy_analysts(following: Rollout, rollout: Rollout) -> None:
    """Those who worked on ``rollout`` and are still at Presence work on the phase that follows it."""
    rows: Iterable[Analyst] = rollout.analysts.exclude(membership__user=following.project_manager)
    Analyst.objects.bulk_create(Analyst(rollout=following, membership_id=row.membership_id) for row in rows)
