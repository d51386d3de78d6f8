from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from apps.core.plugins import Fact, Page, Plugin
from apps.prerequisites import actions, events, handover, measures, personal_data, requirements, search, tables, tasks
from apps.prerequisites.models import Prerequisite
from apps.rollouts.copies import Part
from apps.rollouts.models import Rollout


def summary(rollout: Rollout) -> Iterator[Fact]:
    states = [item.state for item in requirements.items(rollout) if item.state != Prerequisite.State.WITHDRAWN]
    accepted = states.count("accepted")
    all_accepted = bool(states) and accepted == len(states)
    yield Fact(_("Aceitos"), f"{accepted}/{len(states)}", "success" if all_accepted else "neutral")
    if in_review := states.count("submitted"):
        yield Fact(_("Em conferência"), str(in_review), "info")
    if rejected := states.count("rejected"):
        yield Fact(_("Devolvidos"), str(rejected), "warning")


plugin = Plugin(
    app="prerequisites",
    searches=search.SOURCES,
    page=Page(
        key="prerequisites",
        title=_("Pré-requisitos"),
        icon="list-checks",
        url_name="prerequisites:room",
        summary=summary,
        position=10,
    ),
    starts=[actions.copy_the_list],
    party_replaced=[handover.follow_new_company],
    continued=[handover.copy_contacts],
    copied={Part.CONTACTS: handover.copy_contacts},
    events=events,
    requirements=requirements,
    requirements_follow=["development"],  # The promised date moves the plan, and with it what is due.
    tables={"prerequisites": tables.export},
    measures=measures.MEASURES,
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.PROBE, tasks.LOOK, tasks.READ, tasks.PURGE, tasks.CERTIFICATE, tasks.PURGE_NAMES],
)
