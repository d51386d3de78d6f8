from django.urls import path

from apps.stages.development import views

app_name = "development"

urlpatterns = [
    path("projetos/<int:pk>/desenvolvimento/", views.room, name="room"),
    path("projetos/<int:pk>/desenvolvimento/prazo/", views.due_date, name="due_date"),
    path("projetos/<int:pk>/desenvolvimento/andamento/", views.progress, name="progress"),
    path("projetos/<int:pk>/desenvolvimento/entrega/", views.delivery, name="delivery"),
]
