from apps.core.plugins import Plugin
from apps.hours import dossier, personal_data, queries, tasks

plugin = Plugin(
    app="hours",
    term={"hours": queries.summary_for_term},
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.STATEMENT, tasks.CLIENT_STATEMENT],
)
