from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("conta/", include("allauth.urls")),
    path("idioma/", login_not_required(set_language), name="set_language"),
    path("", include("apps.api.urls")),
    path("", include("apps.rollouts.urls")),
]
