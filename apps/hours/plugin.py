from apps.core.plugins import Panel, Plugin
from apps.hours.api import router
from apps.hours.panels import time_of_nonconformity

plugin = Plugin(app="hours", panels=[Panel("nonconformity", time_of_nonconformity)], routers={"/hours": router})
