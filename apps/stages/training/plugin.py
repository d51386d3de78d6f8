from apps.core.plugins import Plugin
from apps.stages.training import dossier, queries

plugin = Plugin(app="training", term={"training": queries.summary_for_term}, dossier=[dossier.files])
