from apps.core.plugins import Plugin
from apps.stages.homologation import dossier, queries

plugin = Plugin(app="homologation", term={"homologation": queries.summary_for_term}, dossier=[dossier.files])
