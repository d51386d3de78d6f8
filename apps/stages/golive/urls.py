from django.urls import path

from apps.stages.golive import views

app_name = "golive"

urlpatterns = [
    path("projetos/<int:pk>/producao/", views.room, name="room"),
    path("projetos/<int:pk>/producao/<int:item_pk>/concluir/", views.check, name="check"),
    path("projetos/<int:pk>/producao/<int:item_pk>/reabrir/", views.uncheck, name="uncheck"),
    path("projetos/<int:pk>/producao/confirmar/", views.confirm, name="confirm"),
    path("projetos/<int:pk>/producao/liberar/", views.record, name="record"),
]
