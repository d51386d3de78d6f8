from apps.core.plugins import Plugin
from apps.rollouts import copies, events, measures, personal_data, phases, planning, search, tables, tasks
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.corrections import mergers
from apps.rollouts.waivers_api import router

plugin = Plugin(
    app="rollouts",
    events=events,
    starts=[planning.plan_the_stages],
    continued=[phases.copy_analysts],
    copied={copies.Part.ANALYSTS: phases.copy_analysts, copies.Part.PLAN: copies.copy_plan_lengths},
    companies_merged=[mergers.move_parties],
    leaving=[corrections.held_by_member],
    searches=search.SOURCES,
    measures=measures.MEASURES,
    prepared_by=[("verify_requirements", "--mend")],
    routers={"/rollouts": router},
    personal_data=personal_data.HOLDINGS,
    tables={"timeline": tables.timeline, "open": tables.open_requirements},
    jobs=[tasks.ANCHOR, tasks.REFRESH],
)
