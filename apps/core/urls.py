from django.conf import settings
from django.urls import path

from apps.core import views

app_name = "core"
urlpatterns = [path("styleguide/", views.styleguide, name="styleguide")] if settings.DEBUG else []
