from django.urls import path

from apps.hours import views

app_name = "hours"

urlpatterns = [
    path("projetos/<int:pk>/horas/", views.room, name="room"),
    path("projetos/<int:pk>/horas/apontar/", views.log, name="log"),
    path("projetos/<int:pk>/horas/previa/", views.preview, name="preview"),
    path("projetos/<int:pk>/horas/<int:number>/", views.edit, name="edit"),
    path("projetos/<int:pk>/horas/<int:number>/excluir/", views.delete, name="delete"),
    path("projetos/<int:pk>/horas/<int:number>/ajustar/", views.adjust, name="adjust"),
    path("projetos/<int:pk>/horas/fechar/", views.close, name="close"),
    path("projetos/<int:pk>/horas/fechamentos/<int:number>/", views.statement, name="statement"),
]
