from collections import Counter
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import Stage
from apps.meetings.models import MeetingKind
from apps.meetings.rooms import Room
from apps.rollouts.copies import Part
from apps.rollouts.models import Rollout
from apps.stages.homologation import dossier, events, personal_data, requirements, search, tables, tasks, term
from apps.stages.homologation.execution import standing
from apps.stages.homologation.judgements_api import router
from apps.stages.homologation.meetings import actions as sessions
from apps.stages.homologation.meetings import events as session_events
from apps.stages.homologation.nonconformities import events as nonconformity_events
from apps.stages.homologation.script import catalogue


def summary(rollout: Rollout) -> Iterator[Fact]:
    script = requirements.script(rollout)
    if script is None:
        return
    if script.frozen_at is None:
        yield Fact(_("Roteiro"), _("a congelar"), "warning" if rollout.stage == Stage.TRAINING else "neutral")
        return
    cases, unsettled = script.binding_cases, len(requirements.unsettled(rollout))  # type: ignore[attr-defined]
    yield Fact(_("Casos obrigatórios"), f"{cases - unsettled}/{cases}", "neutral" if unsettled else "success")
    severities = Counter(row.severity for row in requirements.unverified(rollout))
    if severities:
        tone = "danger" if severities["blocking"] else "warning"
        yield Fact(_("Não conformidades abertas"), str(severities.total()), tone)


plugin = Plugin(
    app="homologation",
    searches=search.SOURCES,
    page=Page(
        key="homologation",
        title=_("Homologação"),
        icon="clipboard-check",
        url_name="homologation:room",
        summary=summary,
        stage=Stage.HOMOLOGATION,
        position=50,
        summary_stages=(Stage.TRAINING,),
    ),
    starts=[catalogue.copy_script],
    copied={Part.CASES: catalogue.copy_own_cases},
    model_changed=[catalogue.apply_rules],
    events=(events, nonconformity_events, session_events),
    requirements=requirements,
    requirements_follow=["development"],  # A newer connector may make results old.
    tables={"cases": tables.cases, "nonconformities": tables.nonconformities},
    term={"homologation": term.HOMOLOGATION},
    dossier=[dossier.files],
    routers={"/rollouts": router},
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.REPORT],
    derived=[standing.write_all],
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
