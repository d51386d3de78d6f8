from django.urls import path

from apps.operations import views

app_name = "operations"

urlpatterns = [
    path("sistema/", views.overview, name="overview"),
    path("sistema/verificacoes/", views.health, name="health"),
    path("sistema/emails/", views.mails, name="mails"),
]
