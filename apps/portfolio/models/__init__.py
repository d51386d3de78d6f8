from apps.portfolio.models.forecasts import ClocksPaper, Forecast, ProjectFigures
from apps.portfolio.models.people import Absence, Capacity
from apps.portfolio.models.reports import ReportLink, StatusReport
from apps.portfolio.models.saved_views import SavedView

__all__ = [
    "Absence",
    "Capacity",
    "ClocksPaper",
    "Forecast",
    "ProjectFigures",
    "ReportLink",
    "SavedView",
    "StatusReport",
]
