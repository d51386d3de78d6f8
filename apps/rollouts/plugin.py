from apps.core.plugins import Plugin
from apps.rollouts import events, measures, personal_data, phases, planning, search, tasks
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.corrections import mergers
from apps.rollouts.waivers_api import router

plugin = Plugin(
    app="rollouts",
    events=events,
    starts=[planning.plan_the_stages],
    continued=[phases.copy_analysts],
    companies_merged=[mergers.move_parties],
    leaving=[corrections.held_by_member],
    searches=search.SOURCES,
    measures=measures.MEASURES,
    prepared_by=[("verify_requirements", "--mend")],
    routers={"/rollouts": router},
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.ANCHOR, tasks.REFRESH],
)
