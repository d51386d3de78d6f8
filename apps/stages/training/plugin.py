from apps.core.plugins import Plugin
from apps.stages.training import dossier, personal_data, queries

plugin = Plugin(
    app="training",
    term={"training": queries.summary_for_term},
    dossier=[dossier.files],
    personal_data=personal_data.HOLDINGS,
)
