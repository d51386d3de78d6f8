from django.urls import path

from apps.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("entrada/", views.arrive, name="arrive"),
    path("pendencias/", views.matters, name="matters"),
    path("pendencias/<int:pk>/<str:key>/", views.matter, name="matter"),
    path("pendencias/<int:pk>/<str:key>/rascunho/", views.draft, name="draft"),
    path("pendencias/<int:pk>/<str:key>/responsavel/", views.assign, name="assign"),
    path("projetos/<int:pk>/ver-como/", views.view_as, name="view_as"),
    path("ver-como/sair/", views.stop_viewing, name="stop_viewing"),
]
