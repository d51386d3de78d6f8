from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("conta/perfil/", views.profile, name="profile"),
    path("termos/", views.terms, name="terms"),
]
