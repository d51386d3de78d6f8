from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("conta/perfil/", views.profile, name="profile"),
    path("conta/privacidade/", views.privacy, name="privacy"),
    path("conta/privacidade/meus-dados.json", views.export, name="export"),
    path("conta/privacidade/apagar/", views.erase, name="erase"),
    path("conta/email/mudanca/<str:token>/", views.address_answer, name="address_answer"),
    path("termos/", views.terms, name="terms"),
    path("termos/aceitar/", views.consent, name="consent"),
]
