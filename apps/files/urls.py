from django.urls import path

from apps.files import views

app_name = "files"

urlpatterns = [
    path("envios/", views.start, name="start"),
    path("envios/<uuid:upload_pk>/", views.upload, name="upload"),
    path("envios/<uuid:upload_pk>/cancelar/", views.cancel, name="cancel"),
]
