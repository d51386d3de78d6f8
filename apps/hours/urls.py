from django.urls import path

from apps.hours import statement_views, views

app_name = "hours"

urlpatterns = [
    path("projetos/<int:pk>/horas/", views.room, name="room"),
    path("projetos/<int:pk>/horas/apontar/", views.log, name="log"),
    path("projetos/<int:pk>/horas/previa/", views.preview, name="preview"),
    path("projetos/<int:pk>/horas/<int:number>/", views.edit, name="edit"),
    path("projetos/<int:pk>/horas/<int:number>/excluir/", views.delete, name="delete"),
    path("projetos/<int:pk>/horas/<int:number>/ajustar/", views.adjust, name="adjust"),
    path("projetos/<int:pk>/horas/fechar/", views.close, name="close"),
    path("projetos/<int:pk>/horas/fechamentos/<int:number>/", statement_views.statement, name="statement"),
    path(
        "projetos/<int:pk>/horas/fechamentos/<int:number>/<str:kind>/",
        statement_views.statement_file,
        name="statement_file",
    ),
    path("projetos/<int:pk>/horas/politica/", statement_views.policy, name="policy"),
    path("fechamentos/", statement_views.client_list, name="client_statements"),
    path("fechamentos/fechar/<int:pk>/", statement_views.close_client, name="close_client"),
    path("fechamentos/<int:number>/", statement_views.client_statement, name="client_statement"),
    path("fechamentos/<int:number>/<str:kind>/", statement_views.client_file, name="client_file"),
]
