from typing import Any

from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.portfolio.models import Absence, Capacity, ReportLink, SavedView, StatusReport
from apps.portfolio.people import absences


def _export(user: User) -> list[dict[str, Any]]:
    return [
        {
            "name": view.name,
            "layout": view.layout,
            "query": view.query,
            "shared_with": str(view.shared_with or ""),
            "at": instant(view.saved_at),
        }
        for view in SavedView.objects.filter(owner=user).select_related("shared_with")
    ]


def _erase(user: User) -> None:
    SavedView.objects.filter(owner=user).delete()


def _export_reports(user: User) -> dict[str, Any]:
    """What they sent and the links that they made. A report that was sent stays as it is; on it they lose their name with
    their account."""
    reports = StatusReport.objects.sent().filter(ended_by=user).select_related("rollout").order_by("ended_at")
    links = ReportLink.objects.filter(made_by=user).select_related("rollout").order_by("made_at")
    return {
        "sent": [
            {
                "rollout": report.rollout.code,
                "number": report.number,
                "summary": report.summary,
                "reason": report.reason,
                "at": instant(report.ended_at) if report.ended_at else None,
            }
            for report in reports
        ],
        "links": [{"rollout": link.rollout.code, "number": link.number, "at": instant(link.made_at)} for link in links],
    }


def _export_planning(user: User) -> dict[str, Any]:
    capacity = Capacity.objects.filter(person=user).first()
    return {
        "minutes_a_week": capacity.minutes if capacity else None,
        "absences": [
            {"first": row.first.isoformat(), "last": row.last.isoformat()}
            for row in Absence.objects.filter(person=user)
        ],
    }


def _erase_planning(user: User) -> None:
    Capacity.objects.filter(person=user).delete()
    Absence.objects.filter(person=user).delete()


HOLDINGS = [
    Holding("saved_views", _export, _erase),
    Holding("status_reports", _export_reports),
    Holding("planning", _export_planning, _erase_planning, expire=absences.expire),
]
