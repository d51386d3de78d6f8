from apps.core.plugins import Panel, Plugin
from apps.hours import dossier, queries
from apps.hours.api import router
from apps.hours.panels import time_of_nonconformity

plugin = Plugin(
    app="hours",
    panels=[Panel("nonconformity", time_of_nonconformity)],
    term={"hours": queries.summary_for_term},
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
    routers={"/hours": router},
)
