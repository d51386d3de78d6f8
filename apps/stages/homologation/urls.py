from django.urls import path

from apps.stages.homologation import views

app_name = "homologation"

urlpatterns = [
    path("projetos/<int:pk>/homologacao/", views.room, name="room"),
    path("projetos/<int:pk>/homologacao/condicoes/", views.conditions, name="conditions"),
    path("projetos/<int:pk>/homologacao/congelar/", views.freeze, name="freeze"),
    path("projetos/<int:pk>/homologacao/rodada/abrir/", views.start_round, name="start_round"),
    path("projetos/<int:pk>/homologacao/rodada/encerrar/", views.close_round, name="close_round"),
    path("projetos/<int:pk>/homologacao/casos/<str:code>/", views.case, name="case"),
    path("projetos/<int:pk>/homologacao/casos/<str:code>/ressalva/", views.propose, name="propose"),
    path("projetos/<int:pk>/homologacao/ressalvas/<int:reservation_pk>/concordar/", views.agree, name="agree"),
    path("projetos/<int:pk>/homologacao/ressalvas/<int:reservation_pk>/retirar/", views.withdraw, name="withdraw"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/corrigida/", views.fix, name="fix"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/verificada/", views.verify, name="verify"),
    path("projetos/<int:pk>/homologacao/nc/<int:number>/reabrir/", views.reopen, name="reopen"),
    path("projetos/<int:pk>/homologacao/resultados/<int:result_pk>/confirmar/", views.confirm, name="confirm"),
    path("projetos/<int:pk>/homologacao/evidencias/<int:evidence_pk>/arquivo/", views.evidence, name="evidence"),
    path(
        "projetos/<int:pk>/homologacao/evidencias/<int:evidence_pk>/arquivo/<int:page>/",
        views.evidence_page,
        name="evidence_page",
    ),
]
