from django.urls import path

from apps.portfolio.clocks import views as clock_views
from apps.portfolio.comparison import views as comparison_views
from apps.portfolio.people import views as people_views
from apps.portfolio.projects import several_views, views
from apps.portfolio.reports import public_views
from apps.portfolio.reports import views as report_views

app_name = "portfolio"

urlpatterns = [
    path("projetos/", views.table, name="list"),
    path("projetos/quadro/", views.cards, name="board"),
    path("projetos/linha-do-tempo/", views.along_time, name="time"),
    path("projetos/arquivo/<str:file_format>/", views.file, name="file"),
    path("projetos/escolhidos/<str:key>/", several_views.do_with_several, name="several"),
    path("projetos/comparacao/", comparison_views.comparison, name="comparison"),
    path("projetos/comparacao/<str:file_format>/", comparison_views.comparison_file, name="comparison_file"),
    path("projetos/visoes/<int:pk>/", views.saved_view, name="saved_view"),
    path("projetos/visoes/<int:pk>/apagar/", views.delete_view, name="delete_view"),
    path("projetos/<int:pk>/dias/", clock_views.clocks, name="clocks"),
    path("projetos/<int:pk>/dias/dias.pdf", clock_views.clocks_paper, name="clocks_paper"),
    path("projetos/<int:pk>/dias/papel/", clock_views.ask_clocks_paper, name="ask_clocks_paper"),
    path("projetos/<int:pk>/dias/<str:file_format>/", clock_views.clocks_file, name="clocks_file"),
    path("projetos/relatorios/", report_views.waiting, name="reports_waiting"),
    path("projetos/<int:pk>/relatorios/", report_views.reports, name="reports"),
    path("projetos/<int:pk>/relatorios/novo/", report_views.start, name="start_report"),
    path("projetos/<int:pk>/relatorios/rascunho/", report_views.draft, name="report_draft"),
    path("projetos/<int:pk>/relatorios/rascunho/deixar/", report_views.skip, name="skip_report"),
    path("projetos/<int:pk>/relatorios/link/", report_views.make_link, name="make_report_link"),
    path(
        "projetos/<int:pk>/relatorios/link/<int:link_number>/encerrar/",
        report_views.revoke_link,
        name="revoke_report_link",
    ),
    path("projetos/<int:pk>/relatorios/<int:number>/", report_views.report, name="report"),
    path("projetos/<int:pk>/relatorios/<int:number>/pdf/", report_views.report_pdf, name="report_pdf"),
    path("projetos/pessoas/", people_views.people, name="people"),
    path("projetos/pessoas/arquivo/<str:file_format>/", people_views.people_file, name="people_file"),
    path("projetos/pessoas/ausencias/", people_views.own_absences, name="absences"),
    path("projetos/pessoas/ausencias/<int:pk>/retirar/", people_views.remove_absence, name="remove_absence"),
    path("projetos/pessoas/<int:membership_pk>/capacidade/", people_views.capacity, name="capacity"),
    path("acompanhar/<str:token>/", public_views.public_report, name="public_report"),
]
