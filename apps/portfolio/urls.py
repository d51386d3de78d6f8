from django.urls import path

from apps.portfolio.clocks import views

app_name = "portfolio"

urlpatterns = [
    path("projetos/<int:pk>/dias/", views.clocks, name="clocks"),
    path("projetos/<int:pk>/dias/<str:file_format>/", views.clocks_file, name="clocks_file"),
]
