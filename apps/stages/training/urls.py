from django.urls import path

from apps.stages.training import views

app_name = "training"

urlpatterns = [
    path("projetos/<int:pk>/treinamento/", views.room, name="room"),
]
