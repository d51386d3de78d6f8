from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, path

from apps.api.api import api


def without_login_page(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The API answers 401 in JSON by its own authentication instead of redirecting to the sign-in page."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(pattern.callback)
    return patterns


_patterns, _application, _namespace = api.urls
urlpatterns = [path("api/", (without_login_page(_patterns), _application, _namespace))]
