from django.urls import path

from apps.rollouts import views
from apps.rollouts.corrections import views as correction_views
from apps.rollouts.importing import views as importing_views
from apps.rollouts.unfinished import views as unfinished_views

app_name = "rollouts"

urlpatterns = [
    path("projetos/sugestoes/", views.rollout_suggestions, name="suggestions"),
    path("projetos/novo/", views.rollout_new, name="new"),
    path("projetos/importar/", importing_views.take_over, name="import"),
    path("projetos/importar/modelo/<str:file_format>/", importing_views.template, name="import_template"),
    path("projetos/passar/", correction_views.hand_over_several, name="hand_over_several"),
    path("projetos/<int:pk>/", views.rollout_detail, name="detail"),
    path("projetos/<int:pk>/corrigir/", correction_views.correct, name="correct"),
    path("projetos/<int:pk>/gerente/", correction_views.hand_over, name="hand_over"),
    path("projetos/<int:pk>/analistas/", correction_views.assign_analyst, name="assign_analyst"),
    path(
        "projetos/<int:pk>/analistas/<int:analyst_pk>/retirar/", correction_views.remove_analyst, name="remove_analyst"
    ),
    path("projetos/<int:pk>/partes/<str:role>/trocar/", correction_views.replace_party, name="replace_party"),
    path("projetos/<int:pk>/reabrir/", views.rollout_reopen, name="reopen"),
    path("projetos/<int:pk>/proxima-fase/", correction_views.second_phase, name="second_phase"),
    path("projetos/<int:pk>/avancar/", views.rollout_advance, name="advance"),
    path("projetos/<int:pk>/devolver/", views.rollout_send_back, name="send_back"),
    path("projetos/<int:pk>/pausar/", views.rollout_hold, name="hold"),
    path("projetos/<int:pk>/retomar/", views.rollout_resume, name="resume"),
    path("projetos/<int:pk>/cancelar/", views.rollout_cancel, name="cancel"),
    path("projetos/<int:pk>/dispensar/", views.rollout_waive, name="waive"),
    path("projetos/<int:pk>/dispensas/<int:waiver_pk>/retirar/", views.waiver_withdraw, name="withdraw_waiver"),
    path("projetos/<int:pk>/plano/", views.rollout_plan, name="plan"),
    path("projetos/<int:pk>/pessoas/", views.rollout_people, name="people"),
    path("projetos/<int:pk>/pessoas/sugestoes/", views.people_suggestions, name="people_suggestions"),
    path("projetos/<int:pk>/tabelas/<str:key>/<str:file_format>/", views.rollout_table, name="table"),
    path("projetos/<int:pk>/historico/", views.rollout_timeline, name="timeline"),
    path("trabalhos/", unfinished_views.unfinished_list, name="unfinished"),
    path("trabalhos/tentar-de-novo/", unfinished_views.try_all_again, name="try_all_again"),
    path("trabalhos/<int:pk>/tentar-de-novo/", unfinished_views.try_again, name="try_again"),
]
