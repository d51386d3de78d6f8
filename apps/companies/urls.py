from django.urls import path

from apps.companies import merger_views, views
from apps.companies.people.urls import urlpatterns as people

app_name = "companies"

urlpatterns = [
    path("empresas/", views.company_list, name="list"),
    path("empresas/sugestoes/", views.company_suggestions, name="suggestions"),
    path("empresas/pessoas/sugestoes/", views.people_suggestions, name="people_suggestions"),
    path("empresas/arquivo/<str:file_format>/", views.company_file, name="file"),
    path("empresas/<int:pk>/pessoas/arquivo/<str:file_format>/", views.people_file, name="people_file"),
    path("empresas/nova/", views.company_new, name="new"),
    path("empresas/<int:pk>/", views.company_detail, name="detail"),
    path("empresas/<int:pk>/editar/", views.company_edit, name="edit"),
    path("empresas/<int:pk>/unir/", merger_views.merge, name="merge"),
    path("empresas/<int:pk>/acessos/<int:membership_pk>/remover/", views.person_remove, name="remove_person"),
    *people,
]
