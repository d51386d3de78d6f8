from django.urls import path

from apps.hours.agreement import views as agreement_views
from apps.hours.ledger import views
from apps.hours.logging import reading_views
from apps.hours.logging import views as own_views
from apps.hours.statements import views as statement_views

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
    path("projetos/<int:pk>/horas/<int:number>/atribuir/", views.attribute, name="attribute"),
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
    path("projetos/<int:pk>/horas/extras/", agreement_views.ask, name="ask"),
    path("projetos/<int:pk>/horas/extras/preco/", agreement_views.price, name="price"),
    path("projetos/<int:pk>/horas/extras/<int:number>/responder/", agreement_views.answer, name="answer_extra"),
    path("projetos/<int:pk>/horas/extras/<int:number>/retirar/", agreement_views.withdraw, name="withdraw_extra"),
    path("projetos/<int:pk>/horas/<int:number>/contestar/<int:position>/", agreement_views.contest, name="contest"),
    path("projetos/<int:pk>/horas/contestacoes/<int:number>/", agreement_views.thread, name="contest_thread"),
    path(
        "projetos/<int:pk>/horas/contestacoes/<int:number>/resolver/", agreement_views.resolve, name="resolve_contest"
    ),
    path(
        "projetos/<int:pk>/horas/contestacoes/<int:number>/retirar/",
        agreement_views.withdraw_contest,
        name="withdraw_contest",
    ),
    path("leitura/", reading_views.reading, name="reading"),
    path("leitura/arquivo/<str:kind>/", reading_views.reading_file, name="reading_file"),
    path("leitura/horas.csv", reading_views.reading_file, {"kind": "csv"}, name="reading_csv"),
    path("leitura/horas-excel.csv", reading_views.reading_file, {"kind": "csv-excel"}, name="reading_csv_excel"),
    path("leitura/horas.xlsx", reading_views.reading_file, {"kind": "xlsx"}, name="reading_xlsx"),
]
