from apps.stages.homologation.models.nonconformities import Nonconformity, NonconformityComment, NonconformityFix
from apps.stages.homologation.models.reservations import Reservation
from apps.stages.homologation.models.rounds import Evidence, Outcome, Report, Result, Round, RoundReport
from apps.stages.homologation.models.script import Case, ScopeReduction, Script

__all__ = [
    "Case",
    "Evidence",
    "Nonconformity",
    "NonconformityComment",
    "NonconformityFix",
    "Outcome",
    "Report",
    "Reservation",
    "Result",
    "Round",
    "RoundReport",
    "ScopeReduction",
    "Script",
]
