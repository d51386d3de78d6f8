from apps.core.plugins import Plugin
from apps.stages.kickoff import dossier, queries, term

plugin = Plugin(
    app="kickoff",
    term={"people": term.people, "kickoff": queries.summary_for_term},
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
)
