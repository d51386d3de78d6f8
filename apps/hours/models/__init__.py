from apps.hours.models.agreement import AGREED_ACTIVITIES, MOST_MINUTES, Contest, ContestMessage, ExtraHoursRequest
from apps.hours.models.entries import HourSum, Line, Reclassification, Revision, TimeEntry
from apps.hours.models.logging import Proposal, Timer
from apps.hours.models.policy import FROM_THE_START, Policy
from apps.hours.models.statements import (
    ClientStatement,
    ClientStatementQuerySet,
    Statement,
    StatementPdf,
    client_statement_code,
)

__all__ = [
    "AGREED_ACTIVITIES",
    "FROM_THE_START",
    "MOST_MINUTES",
    "ClientStatement",
    "ClientStatementQuerySet",
    "Contest",
    "ContestMessage",
    "ExtraHoursRequest",
    "HourSum",
    "Line",
    "Policy",
    "Proposal",
    "Reclassification",
    "Revision",
    "Statement",
    "StatementPdf",
    "TimeEntry",
    "Timer",
    "client_statement_code",
]
