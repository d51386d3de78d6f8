from apps.core.plugins import Plugin
from apps.rollouts import events, planning
from apps.rollouts.api import router

plugin = Plugin(app="rollouts", events=events, starts=[planning.plan_the_stages], routers={"/rollouts": router})
