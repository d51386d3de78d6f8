from django.urls import path

from apps.blueprints import views

app_name = "blueprints"

urlpatterns = [
    path("modelos/", views.blueprint_list, name="list"),
    path("modelos/<slug:kind>/<slug:key>/", views.blueprint_detail, name="detail"),
]
