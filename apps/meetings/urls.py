from django.urls import path

from apps.meetings import calendar_views, views

app_name = "meetings"

urlpatterns = [
    path("reunioes/", calendar_views.own_meetings, name="mine"),
    path("projetos/<int:pk>/reunioes/", calendar_views.project, name="project"),
    path("projetos/<int:pk>/reunioes/agendar/", views.plan, name="plan"),
    path("projetos/<int:pk>/reunioes/registrar/", views.record_new, name="record_new"),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/", views.meeting, name="meeting"),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/mudar/", views.change, name="change"),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/convidar/", views.invite, name="invite"),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/realizada/", views.record, name="record"),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/cancelar/", views.cancel, name="cancel"),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/nao-realizada/", views.not_held, name="not_held"),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/presenca/", views.join, name="join"),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/agenda.ics", views.entry, name="agenda"),
    path(
        "projetos/<int:pk>/reunioes/<int:meeting_pk>/pessoas/<int:attendee_pk>/retirar/",
        views.uninvite,
        name="uninvite",
    ),
    path("projetos/<int:pk>/reunioes/<int:meeting_pk>/pessoas/<int:attendee_pk>/saiu/", views.leave, name="leave"),
    path(
        "projetos/<int:pk>/reunioes/<int:meeting_pk>/pessoas/<int:attendee_pk>/incluir/",
        views.name_guest,
        name="name_guest",
    ),
]
