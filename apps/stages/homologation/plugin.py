from collections import Counter
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import Stage
from apps.meetings.models import MeetingKind
from apps.meetings.rooms import Room
from apps.rollouts.models import Rollout
from apps.stages.homologation import dossier, events, personal_data, queries, requirements, term
from apps.stages.homologation.api import router
from apps.stages.homologation.meetings import actions as sessions
from apps.stages.homologation.script import catalogue


def summary(rollout: Rollout) -> Iterator[Fact]:
    script = queries.script_of(rollout)
    if script is None:
        return
    if script.frozen_at is None:
        yield Fact(_("Roteiro"), _("a congelar"), "warning" if rollout.stage == Stage.TRAINING else "neutral")
        return
    statuses = [status for status in queries.case_statuses(script, bare=True) if status.case.is_binding]
    settled = sum(status.is_settled for status in statuses)
    yield Fact(
        _("Casos obrigatórios"), f"{settled}/{len(statuses)}", "success" if settled == len(statuses) else "neutral"
    )
    severities = Counter(rollout.nonconformities.exclude(state="verified").values_list("severity", flat=True))
    if severities:
        tone = "danger" if severities["blocking"] else "warning"
        yield Fact(_("Não conformidades abertas"), str(severities.total()), tone)


plugin = Plugin(
    app="homologation",
    page=Page(
        key="homologation",
        title=_("Homologação"),
        icon="clipboard-check",
        url_name="homologation:room",
        summary=summary,
        stage=Stage.HOMOLOGATION,
        position=50,
    ),
    starts=[catalogue.copy_script],
    model_changed=[catalogue.apply_rules],
    events=events,
    requirements=requirements,
    term={"homologation": term.summary},
    dossier=[dossier.files],
    routers={"/rollouts": router},
    personal_data=personal_data.HOLDINGS,
    meetings={
        MeetingKind.HOMOLOGATION: Room(
            url=lambda meeting: reverse("homologation:meeting", args=[meeting.rollout_id]),
            asks_client=False,
            is_live=True,
            needed=sessions.REQUIRED_PARTIES,
            refuse=sessions.refuse_too_early_or_late,
        )
    },
)
