from django.urls import path

from apps.companies.people import views

urlpatterns = [
    path("empresas/<int:pk>/pessoas/nova/", views.person_new, name="add_person"),
    path("empresas/<int:pk>/pessoas/<int:person_pk>/", views.person, name="person"),
    path("empresas/<int:pk>/pessoas/<int:person_pk>/unir/", views.person_merge, name="merge_person"),
    path("empresas/<int:pk>/pessoas/<int:person_pk>/inativar/", views.person_deactivate, name="deactivate_person"),
    path("empresas/<int:pk>/pessoas/<int:person_pk>/reativar/", views.person_reactivate, name="reactivate_person"),
]
