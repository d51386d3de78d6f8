"""What pages of other apps show of people's load and absence."""

from datetime import timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.companies.access import is_presence
from apps.core import clock
from apps.portfolio.people import absences, load, suggestions
from apps.rollouts.models import Analyst, Rollout


def suggested_people(request: HttpRequest, _nothing: object) -> str:
    """Who has room for the project that is being opened; nothing where there is nobody to choose from."""
    groups = suggestions.for_new_project()
    if not groups:
        return ""
    return render_to_string("portfolio/people/suggested.html", {"groups": groups}, request)


def who_is_away(request: HttpRequest, rollout: Rollout) -> str:
    """Who of the project's people at Presence is away in the next weeks; nothing where nobody is, and for others."""
    if not is_presence(request.user):
        return ""
    analysts = Analyst.objects.filter(rollout=rollout).values_list("membership__user", flat=True)
    through = clock.today() + timedelta(weeks=load.WEEKS)
    rows = list(absences.ahead_of([rollout.project_manager_id, *analysts], through))
    return render_to_string("portfolio/people/away.html", {"absences": rows}, request) if rows else ""
