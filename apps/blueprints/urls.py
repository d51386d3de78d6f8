from django.urls import path

from apps.blueprints import views
from apps.blueprints.editor import script_views, term_views

app_name = "blueprints"

DRAFT = "modelos/roteiro/rascunho/"
TERM_DRAFT = "modelos/termo/rascunho/"

urlpatterns = [
    path("modelos/", views.blueprint_list, name="list"),
    path(DRAFT, script_views.draft, name="draft"),
    path(f"{DRAFT}comecar/", script_views.start, name="start_draft"),
    path(f"{DRAFT}importar/", script_views.import_file, name="import"),
    path(f"{DRAFT}mover/", script_views.move, name="move_case"),
    path(f"{DRAFT}casos/<str:code>/", script_views.case, name="case"),
    path(f"{DRAFT}casos/<str:code>/retirar/", script_views.retire, name="retire"),
    path(f"{DRAFT}casos/<str:code>/desfazer/", script_views.undo, name="undo"),
    path(f"{DRAFT}casos/<str:code>/trazer/", script_views.take, name="take"),
    path(f"{DRAFT}processos/", script_views.new_process, name="new_process"),
    path(f"{DRAFT}processos/<str:process>/", script_views.process, name="process"),
    path(f"{DRAFT}processos/<str:process>/mover/", script_views.move_process, name="move_process"),
    path(f"{DRAFT}processos/<str:process>/retirar/", script_views.remove_process, name="remove_process"),
    path(f"{DRAFT}processos/<str:process>/caso/", script_views.new_case, name="new_case"),
    path(f"{DRAFT}condicoes/", script_views.conditions, name="conditions"),
    path(f"{DRAFT}condicoes/nova/", script_views.condition, name="new_condition"),
    path(f"{DRAFT}condicoes/<slug:condition>/", script_views.condition, name="condition"),
    path(f"{DRAFT}condicoes/<slug:condition>/retirar/", script_views.remove_condition, name="remove_condition"),
    path(f"{DRAFT}revisao/", script_views.review, name="review"),
    path(f"{DRAFT}publicar/", script_views.publish, name="publish"),
    path(f"{DRAFT}descartar/", script_views.discard, name="discard"),
    path(f"{DRAFT}toml/", script_views.export_draft, name="export_draft"),
    path("modelos/roteiro/sistema/", script_views.shipped, name="shipped"),
    path("modelos/roteiro/<int:version>/mudancas/", script_views.differences, name="differences"),
    path("modelos/roteiro/<int:version>/toml/", script_views.export, name="export"),
    path(TERM_DRAFT, term_views.draft, name="term_draft"),
    path(f"{TERM_DRAFT}comecar/", term_views.start, name="start_term_draft"),
    path(f"{TERM_DRAFT}mover/", term_views.move, name="move_clause"),
    path(f"{TERM_DRAFT}clausulas/", term_views.new_clause, name="new_clause"),
    path(f"{TERM_DRAFT}clausulas/<slug:key>/", term_views.clause, name="clause"),
    path(f"{TERM_DRAFT}clausulas/<slug:key>/retirar/", term_views.remove, name="remove_clause"),
    path(f"{TERM_DRAFT}clausulas/<slug:key>/desfazer/", term_views.undo, name="undo_clause"),
    path(f"{TERM_DRAFT}clausulas/<slug:key>/trazer/", term_views.take, name="take_clause"),
    path(f"{TERM_DRAFT}revisao/", term_views.review, name="term_review"),
    path(f"{TERM_DRAFT}publicar/", term_views.publish, name="publish_term"),
    path(f"{TERM_DRAFT}descartar/", term_views.discard, name="discard_term"),
    path("modelos/termo/sistema/", term_views.shipped, name="term_shipped"),
    path("modelos/termo/<int:version>/mudancas/", term_views.differences, name="term_differences"),
    path("modelos/<slug:kind>/<slug:key>/", views.blueprint_detail, name="detail"),
]
