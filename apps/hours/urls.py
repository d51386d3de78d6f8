from django.urls import path

from apps.hours import own_views, views

app_name = "hours"

urlpatterns = [
    path("horas/", own_views.week, name="week"),
    path("horas/copiar/", own_views.copy, name="copy"),
    path("horas/apontar/", own_views.quick, name="quick"),
    path("horas/previa/", own_views.quick_preview, name="quick_preview"),
    path("horas/propostas/apontar/", own_views.confirm, name="confirm"),
    path("horas/propostas/dispensar/", own_views.dismiss, name="dismiss"),
    path("horas/cronometro/parar/", own_views.timer_stop, name="timer_stop"),
    path("horas/cronometro/descartar/", own_views.timer_discard, name="timer_discard"),
    path("projetos/<int:pk>/horas/cronometro/", own_views.timer_start, name="timer_start"),
    path("projetos/<int:pk>/horas/<int:number>/por-que/", views.why, name="why"),
    path("projetos/<int:pk>/horas/", views.room, name="room"),
    path("projetos/<int:pk>/horas/apontar/", views.log, name="log"),
    path("projetos/<int:pk>/horas/previa/", views.preview, name="preview"),
    path("projetos/<int:pk>/horas/<int:number>/", views.edit, name="edit"),
    path("projetos/<int:pk>/horas/<int:number>/excluir/", views.delete, name="delete"),
    path("projetos/<int:pk>/horas/<int:number>/ajustar/", views.adjust, name="adjust"),
    path("projetos/<int:pk>/horas/fechar/", views.close, name="close"),
    path("projetos/<int:pk>/horas/fechamentos/<int:number>/", views.statement, name="statement"),
]
