from django.urls import path

from apps.stages.acceptance import views

app_name = "acceptance"

urlpatterns = [
    path("projetos/<int:pk>/termo/", views.room, name="room"),
    path("projetos/<int:pk>/termo/redigir/", views.draft, name="draft"),
    path("projetos/<int:pk>/termo/<int:version>/gerar/", views.queue_again, name="queue_again"),
    path("projetos/<int:pk>/termo/<int:version>/pdf/", views.download, name="pdf"),
    path("projetos/<int:pk>/termo/assinar/<int:signatory_pk>/", views.sign, name="sign"),
    path("projetos/<int:pk>/termo/recusar/<int:signatory_pk>/", views.refuse, name="refuse"),
]
