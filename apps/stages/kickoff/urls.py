from django.urls import path

from apps.stages.kickoff import views

app_name = "kickoff"

urlpatterns = [
    path("projetos/<int:pk>/reuniao/", views.room, name="room"),
    path("projetos/<int:pk>/reuniao/marcar/", views.schedule, name="schedule"),
    path("projetos/<int:pk>/reuniao/participantes/", views.participant_add, name="add_participant"),
    path(
        "projetos/<int:pk>/reuniao/participantes/<int:participant_pk>/retirar/",
        views.participant_remove,
        name="remove_participant",
    ),
    path("projetos/<int:pk>/reuniao/realizada/", views.hold, name="hold"),
    path("projetos/<int:pk>/reuniao/modelo/", views.choose_model, name="model"),
    path("projetos/<int:pk>/reuniao/metodos/", views.agree_methods, name="methods"),
    path("projetos/<int:pk>/reuniao/metodos/<int:method_pk>/campos/", views.field_add, name="add_field"),
    path("projetos/<int:pk>/reuniao/campos/<int:field_pk>/retirar/", views.field_drop, name="drop_field"),
    path("projetos/<int:pk>/reuniao/pauta/<int:item_pk>/", views.note, name="note"),
    path("projetos/<int:pk>/reuniao/ata/", views.publish, name="publish"),
]
