from apps.core.plugins import Plugin
from apps.rollouts import events, personal_data, planning, tasks
from apps.rollouts.api import router

plugin = Plugin(
    app="rollouts",
    events=events,
    starts=[planning.plan_the_stages],
    routers={"/rollouts": router},
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.ANCHOR, tasks.REFRESH],
)
