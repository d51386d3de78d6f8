from apps.core.plugins import Plugin
from apps.stages.homologation import dossier, personal_data, queries

plugin = Plugin(
    app="homologation",
    term={"homologation": queries.summary_for_term},
    dossier=[dossier.files],
    personal_data=personal_data.HOLDINGS,
)
