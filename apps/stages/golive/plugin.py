from collections.abc import Iterator
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.plugins import Fact, Page, Panel, Plugin
from apps.core.process import Stage
from apps.rollouts.events import Cancelled
from apps.rollouts.models import Rollout
from apps.stages.golive import actions, chain_checks, events, personal_data, queries, requirements, setbacks, tasks
from apps.stages.golive.api import router
from apps.stages.golive.dossier import later_hours, share


def summary(rollout: Rollout) -> Iterator[Fact]:
    if rollout.has_reached(Stage.GO_LIVE) and (window := queries.window_in_force(rollout)):
        yield Fact(
            _("Janela"),
            partial(clock.installation_time, window.starts_at),
            "success" if queries.is_go(window) else "warning",
        )
    items = queries.items_of(rollout)
    done = sum(1 for item in items if item.done_at)
    yield Fact(_("Lista"), f"{done}/{len(items)}", "success" if items and done == len(items) else "neutral")
    if incidents := queries.open_incidents(rollout):
        yield Fact(
            _("Incidentes em aberto"), str(len(incidents)), "danger" if queries.open_severe(rollout) else "warning"
        )
    release = queries.release_of(rollout)
    if release and release.recorded_at:
        yield Fact(
            _("Liberação"), partial(date_format, clock.day_of(release.recorded_at), "SHORT_DATE_FORMAT"), "success"
        )


plugin = Plugin(
    app="golive",
    page=Page(
        key="golive",
        title=_("Entrada em produção"),
        icon="rocket",
        url_name="golive:room",
        summary=summary,
        stage=Stage.GO_LIVE,
        position=70,
        summary_stages=(Stage.GO_LIVE, Stage.COMPLETED),
    ),
    starts=[actions.copy_checklist],
    going_back=[setbacks.consequences],
    went_back=[setbacks.follow_way_back],
    party_replaced=[setbacks.follow_new_company],
    delivery_returned=[setbacks.follow_returned_delivery],
    events=events,
    notices={Cancelled: events.CANCELLED},
    requirements=requirements,
    panels=[Panel("hours", later_hours.panel)],
    dossier=[share.files],
    chain_checks=[chain_checks.archived],
    routers={"/rollouts": router},
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.DOSSIER],
)
