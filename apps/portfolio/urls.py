from django.urls import path

from apps.portfolio.clocks import views as clock_views
from apps.portfolio.comparison import views as comparison_views
from apps.portfolio.projects import several_views, views

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
]
