from django.urls import path

from apps.stages.golive import incident_views, views, window_views

app_name = "golive"

urlpatterns = [
    path("projetos/<int:pk>/producao/", views.room, name="room"),
    path("projetos/<int:pk>/producao/<int:item_pk>/concluir/", views.check, name="check"),
    path("projetos/<int:pk>/producao/<int:item_pk>/reabrir/", views.uncheck, name="uncheck"),
    path("projetos/<int:pk>/producao/confirmar/", views.confirm, name="confirm"),
    path("projetos/<int:pk>/producao/liberar/", views.record, name="record"),
    path("projetos/<int:pk>/producao/janela/", window_views.propose, name="propose"),
    path("projetos/<int:pk>/producao/janela/desfazer/", window_views.roll_back, name="roll_back"),
    path("projetos/<int:pk>/producao/janela/agenda.ics", window_views.entry, name="agenda"),
    path("projetos/<int:pk>/producao/janela/<int:window>/<str:role>/", window_views.answer, name="answer"),
    path("projetos/<int:pk>/producao/incidentes/", incident_views.note, name="note_incident"),
    path(
        "projetos/<int:pk>/producao/incidentes/<int:incident>/resolver/",
        incident_views.resolve,
        name="resolve_incident",
    ),
    path("projetos/<int:pk>/producao/dossie/preparo/", views.dossier_being_made, name="dossier_being_made"),
    path("projetos/<int:pk>/producao/dossie/<int:edition>/", views.dossier, name="dossier"),
]
