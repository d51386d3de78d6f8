from django.urls import include, path

from apps.accounts.proof.views import prove
from apps.accounts.views import language

handler400 = "apps.core.network.hosts.bad_request"
handler500 = "apps.core.web.outages.server_error"

urlpatterns = [
    # Before the library's own page of this name, which offers less.
    path("conta/reauthenticate/", prove, name="account_reauthenticate"),
    path("conta/", include("allauth.urls")),
    path("idioma/", language, name="set_language"),
    path("", include("apps.accounts.urls")),
    path("", include("apps.core.urls")),
    path("", include("apps.portal.urls")),
    path("", include("apps.search.urls")),
    path("", include("apps.operations.urls")),
    path("", include("apps.api.urls")),
    path("", include("apps.companies.urls")),
    path("", include("apps.blueprints.urls")),
    path("", include("apps.files.urls")),
    path("", include("apps.rollouts.urls")),
    path("", include("apps.meetings.urls")),
    path("", include("apps.invitations.urls")),
    path("", include("apps.prerequisites.urls")),
    path("", include("apps.stages.kickoff.urls")),
    path("", include("apps.stages.development.urls")),
    path("", include("apps.stages.training.urls")),
    path("", include("apps.stages.homologation.urls")),
    path("", include("apps.hours.urls")),
    path("", include("apps.stages.acceptance.urls")),
    path("", include("apps.stages.golive.urls")),
    path("", include("apps.portfolio.urls")),
    path("", include("apps.notices.urls")),
]
