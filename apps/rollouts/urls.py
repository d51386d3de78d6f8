from django.urls import path

from apps.rollouts import unfinished_views, views

app_name = "rollouts"

urlpatterns = [
    path("projetos/", views.rollout_list, name="list"),
    path("projetos/sugestoes/", views.rollout_suggestions, name="suggestions"),
    path("projetos/novo/", views.rollout_new, name="new"),
    path("projetos/<int:pk>/", views.rollout_detail, name="detail"),
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
    path("projetos/<int:pk>/historico/", views.rollout_timeline, name="timeline"),
    path("trabalhos/", unfinished_views.unfinished_list, name="unfinished"),
    path("trabalhos/tentar-de-novo/", unfinished_views.try_all_again, name="try_all_again"),
    path("trabalhos/<int:pk>/tentar-de-novo/", unfinished_views.try_again, name="try_again"),
]
