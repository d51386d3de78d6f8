from apps.stages.homologation.models.script import (
    Case,
    Evidence,
    Nonconformity,
    NonconformityComment,
    NonconformityFix,
    Outcome,
    Reservation,
    Result,
    Round,
    RoundReport,
    Script,
)
from apps.stages.homologation.models.sessions import Absence, Attendance, Session

__all__ = [
    "Absence",
    "Attendance",
    "Case",
    "Evidence",
    "Nonconformity",
    "NonconformityComment",
    "NonconformityFix",
    "Outcome",
    "Reservation",
    "Result",
    "Round",
    "RoundReport",
    "Script",
    "Session",
]
