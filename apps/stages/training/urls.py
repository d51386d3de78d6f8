from django.urls import path

from apps.stages.training import views

app_name = "training"

urlpatterns = [
    path("projetos/<int:pk>/treinamento/", views.room, name="room"),
    path("projetos/<int:pk>/treinamento/agendar/", views.plan, name="plan"),
    path("projetos/<int:pk>/treinamento/<int:session_pk>/realizada/", views.held, name="held"),
    path("projetos/<int:pk>/treinamento/<int:session_pk>/cancelar/", views.cancel, name="cancel"),
    path("projetos/<int:pk>/treinamento/<int:session_pk>/agenda.ics", views.entry, name="agenda"),
]
