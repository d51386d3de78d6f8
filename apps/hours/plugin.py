from apps.core.plugins import Plugin
from apps.hours import dossier, queries

plugin = Plugin(
    app="hours",
    term={"hours": queries.summary_for_term},
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
)
