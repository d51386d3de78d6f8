from django.urls import path

from apps.prerequisites import review, views

app_name = "prerequisites"

urlpatterns = [
    path("projetos/<int:pk>/pre-requisitos/", views.room, name="room"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/entregar/", views.submit, name="submit"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/aceitar/", views.accept, name="accept"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/devolver/", views.reject, name="reject"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/reabrir/", views.reopen, name="reopen"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/revelar/", views.reveal, name="reveal"),
    path("projetos/<int:pk>/expurgo/", views.certificate, name="certificate"),
    path("projetos/<int:pk>/expurgo/<int:sequence>.pdf", views.certificate_file, name="certificate_file"),
    path("projetos/<int:pk>/expurgo/agora/", views.purge, name="purge"),
    path("projetos/<int:pk>/entregas/<int:submission_pk>/arquivos/<uuid:file_pk>/", views.download, name="download"),
    path(
        "projetos/<int:pk>/entregas/<int:submission_pk>/arquivos/<uuid:file_pk>/<int:page>/",
        views.preview,
        name="preview",
    ),
    path("projetos/<int:pk>/pre-requisitos/novo/", views.add, name="add"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/mudar/", views.edit, name="edit"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/retirar/", views.withdraw, name="withdraw"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/prazo/", views.due, name="due"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/dispensar/", views.waive, name="waive"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/retomar/", views.unwaive, name="unwaive"),
    path("projetos/<int:pk>/pre-requisitos/<int:item_pk>/versoes/", views.compare, name="compare"),
    path("conferencia/", review.review, name="review"),
    path("conferencia/aceitar/", review.accept, name="review_accept"),
    path("conferencia/<int:submission_pk>/devolver/", review.send_back, name="review_send_back"),
]
