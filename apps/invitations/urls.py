from django.urls import path

from apps.invitations import views

app_name = "invitations"

urlpatterns = [
    path("empresas/<int:pk>/convites/", views.company, name="company"),
    path("convites/<int:pk>/reenviar/", views.send_again, name="send_again"),
    path("convites/<int:pk>/cancelar/", views.revoke, name="revoke"),
    path("convite/<str:token>/", views.open_link, name="open"),
]
