from django.urls import path

from apps.notices import views

app_name = "notices"

urlpatterns = [path("conta/avisos/", views.preferences, name="preferences")]
