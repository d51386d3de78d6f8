"""A Presence manager looks at one rollout as another party sees it: for that request they are that party, and read only."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.companies.models import Company, Role
from apps.core.refusals import refusal_response
from apps.rollouts.models import Rollout

SESSION_KEY = "viewing_as"
READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Viewing:
    """What is looked at, and as whom."""

    rollout: Rollout
    role: str
    company: Company


class ViewingMiddleware:
    """Everything that decides who may see what starts at the companies of ``request.user``: those are exchanged here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewing = None  # type: ignore[attr-defined]
        if not request.user.is_authenticated or SESSION_KEY not in request.session:
            return self.get_response(request)
        viewing = self._viewing(request)
        if viewing is None:
            del request.session[SESSION_KEY]
            return self.get_response(request)
        user = request.user
        user._company_roles = {viewing.company.pk: (viewing.company.kind, Role.LEAD)}  # type: ignore[union-attr]
        user.only_rollout = viewing.rollout.pk  # type: ignore[union-attr]
        user.is_superuser = False
        request.viewing = viewing  # type: ignore[attr-defined]
        if request.method not in READS and request.path not in (
            reverse("portal:stop_viewing"),
            reverse("account_logout"),
        ):
            message = _("Você está vendo o projeto como %(company)s. Nada pode ser alterado assim.")
            return refusal_response(request, message % {"company": viewing.company}, [], 403)
        return self.get_response(request)

    def _viewing(self, request: HttpRequest) -> Viewing | None:
        """As the session says, as long as the person may still look."""
        pk, role = request.session[SESSION_KEY]
        rollout = Rollout.objects.visible_to(request.user).for_listing().filter(pk=pk).first()
        if rollout is None or not request.user.has_perm("rollouts.view_as", rollout):
            return None
        return Viewing(rollout, role, rollout.company(role))
