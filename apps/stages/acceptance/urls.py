from django.urls import path

from apps.stages.acceptance import views
from apps.stages.acceptance.sealing import views as public_views
from apps.stages.acceptance.signing import elsewhere_views
from apps.stages.acceptance.signing import views as signing_views
from apps.stages.acceptance.wording import views as wording_views

app_name = "acceptance"

urlpatterns = [
    path("projetos/<int:pk>/termo/", views.room, name="room"),
    path("projetos/<int:pk>/termo/previa/", views.preview, name="preview"),
    path("projetos/<int:pk>/termo/redigir/", views.draft, name="draft"),
    path("projetos/<int:pk>/termo/clausulas/", wording_views.clauses, name="clauses"),
    path("projetos/<int:pk>/termo/clausulas-modelo/", wording_views.take_newer, name="take_newer_clauses"),
    path("projetos/<int:pk>/termo/clausula-nova/", wording_views.add, name="add_clause"),
    path("projetos/<int:pk>/termo/clausulas/<slug:key>/", wording_views.change, name="change_clause"),
    path("projetos/<int:pk>/termo/clausulas/<slug:key>/fora/", wording_views.leave_out, name="leave_out_clause"),
    path("projetos/<int:pk>/termo/clausulas/<slug:key>/modelo/", wording_views.take_back, name="take_back_clause"),
    path("projetos/<int:pk>/termo/<int:version>/gerar/", views.queue_again, name="queue_again"),
    path("projetos/<int:pk>/termo/<int:version>/preparo/", views.being_made, name="being_made"),
    path("projetos/<int:pk>/termo/<int:version>/pdf/", views.download, name="pdf"),
    path("projetos/<int:pk>/termo/<int:version>/certificado/", elsewhere_views.elsewhere, name="elsewhere"),
    path("projetos/<int:pk>/termo/<int:version>/certificado/cpf/", elsewhere_views.give_cpf, name="give_cpf"),
    path("projetos/<int:pk>/termo/<int:version>/recusa/", views.settle, name="settle"),
    path("projetos/<int:pk>/termo/assinar/<int:signatory_pk>/", signing_views.sign, name="sign"),
    path("projetos/<int:pk>/termo/assinar/<int:signatory_pk>/confirmar/", signing_views.confirm, name="confirm"),
    path("projetos/<int:pk>/termo/assinar/<int:signatory_pk>/codigo/", signing_views.send_code, name="send_code"),
    path("projetos/<int:pk>/termo/recusar/<int:signatory_pk>/", signing_views.refuse, name="refuse"),
    path("projetos/<int:pk>/termo/delegar/<int:signatory_pk>/", signing_views.delegate, name="delegate"),
    path("projetos/<int:pk>/termo/designar/<int:signatory_pk>/", signing_views.designate, name="designate"),
    path("projetos/<int:pk>/termo/<int:version>/lembrar/", views.remind, name="remind"),
    path("verificar/", public_views.start, name="verify_start"),
    path("verificar/comparar/", public_views.compare, name="compare"),
    path("verificar/<str:code>/", public_views.verify, name="verify"),
    path("verificar/<str:code>/registro.json", public_views.log, name="log"),
]
