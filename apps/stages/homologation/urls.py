from django.urls import path

from apps.stages.homologation import views
from apps.stages.homologation.execution import case_views, report_views, round_views
from apps.stages.homologation.meetings import views as meeting_views
from apps.stages.homologation.nonconformities import views as nonconformity_views
from apps.stages.homologation.script import views as script_views

app_name = "homologation"

urlpatterns = [
    path("projetos/<int:pk>/homologacao/", views.room, name="room"),
    path("projetos/<int:pk>/homologacao/andamento/", views.overview, name="overview"),
    path("projetos/<int:pk>/homologacao/relatorio.pdf", report_views.report, name="report"),
    path("projetos/<int:pk>/homologacao/relatorio/", report_views.ask_report, name="ask_report"),
    path("projetos/<int:pk>/homologacao/condicoes/", views.conditions, name="conditions"),
    path("projetos/<int:pk>/homologacao/escopo/", views.change_scope, name="change_scope"),
    path(
        "projetos/<int:pk>/homologacao/escopo/<int:reduction_pk>/concordar/",
        views.agree_scope,
        name="agree_scope",
    ),
    path(
        "projetos/<int:pk>/homologacao/escopo/<int:reduction_pk>/manter/",
        views.withdraw_scope,
        name="withdraw_scope",
    ),
    path("projetos/<int:pk>/homologacao/congelar/", script_views.freeze, name="freeze"),
    path("projetos/<int:pk>/homologacao/rodada/abrir/", views.start_round, name="start_round"),
    path("projetos/<int:pk>/homologacao/rodada/manter/", views.keep_results, name="keep_results"),
    path("projetos/<int:pk>/homologacao/rodada/caso/<str:code>/", round_views.add_case, name="add_to_round"),
    path("projetos/<int:pk>/homologacao/rodada/encerrar/", round_views.close_round, name="close_round"),
    path("projetos/<int:pk>/homologacao/roteiro/versao/", script_views.version, name="version"),
    path("projetos/<int:pk>/homologacao/roteiro/caso/", script_views.new_own_case, name="new_own_case"),
    path("projetos/<int:pk>/homologacao/roteiro/<str:code>/", script_views.own_case, name="own_case"),
    path(
        "projetos/<int:pk>/homologacao/roteiro/<str:code>/retirar/",
        script_views.remove_own_case,
        name="remove_own_case",
    ),
    path("projetos/<int:pk>/homologacao/casos/<str:code>/", case_views.case, name="case"),
    path("projetos/<int:pk>/homologacao/casos/<str:code>/ressalva/", case_views.propose, name="propose"),
    path("projetos/<int:pk>/homologacao/ressalvas/<int:reservation_pk>/concordar/", case_views.agree, name="agree"),
    path("projetos/<int:pk>/homologacao/ressalvas/<int:reservation_pk>/retirar/", case_views.withdraw, name="withdraw"),
    path("projetos/<int:pk>/homologacao/nc/", nonconformity_views.listing, name="nonconformities"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/", nonconformity_views.detail, name="nonconformity"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/corrigida/", nonconformity_views.fix, name="fix"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/verificada/", nonconformity_views.verify, name="verify"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/reabrir/", nonconformity_views.reopen, name="reopen"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/mensagem/", nonconformity_views.comment, name="comment"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/definir/", nonconformity_views.change, name="change"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/improcedente/", nonconformity_views.decline, name="decline"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/duplicada/", nonconformity_views.merge, name="merge"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/contestar/", nonconformity_views.contest, name="contest"),
    path("projetos/<int:pk>/homologacao/matriz/", round_views.matrix, name="matrix"),
    path("projetos/<int:pk>/homologacao/matriz/<str:code>/", round_views.history, name="history"),
    path("projetos/<int:pk>/homologacao/relatorios/", round_views.add_report, name="add_report"),
    path("projetos/<int:pk>/homologacao/relatorios/<int:report_pk>/", round_views.report_file, name="report_file"),
    path(
        "projetos/<int:pk>/homologacao/relatorios/<int:report_pk>/decidir/",
        round_views.decide_report,
        name="decide_report",
    ),
    path("projetos/<int:pk>/homologacao/reuniao/", meeting_views.meeting, name="meeting"),
    path("projetos/<int:pk>/homologacao/reuniao/andamento/", meeting_views.live, name="live"),
    path("projetos/<int:pk>/homologacao/reuniao/iniciar/", meeting_views.start, name="start_session"),
    path("projetos/<int:pk>/homologacao/reuniao/<int:session_pk>/encerrar/", meeting_views.end, name="end_session"),
    path("projetos/<int:pk>/homologacao/reuniao/casos/<str:code>/", meeting_views.meeting_case, name="meeting_case"),
    path("projetos/<int:pk>/homologacao/resultados/<int:result_pk>/evidencia/", case_views.attach, name="attach"),
    path("projetos/<int:pk>/homologacao/resultados/<int:result_pk>/confirmar/", case_views.confirm, name="confirm"),
    path("projetos/<int:pk>/homologacao/evidencias/<int:evidence_pk>/arquivo/", case_views.evidence, name="evidence"),
    path(
        "projetos/<int:pk>/homologacao/evidencias/<int:evidence_pk>/arquivo/<int:page>/",
        case_views.evidence_page,
        name="evidence_page",
    ),
]
