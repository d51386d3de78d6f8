from django.urls import path

from apps.stages.kickoff import correction_views, views, worksheet_views

app_name = "kickoff"

urlpatterns = [
    path("projetos/<int:pk>/reuniao/", views.room, name="room"),
    path("projetos/<int:pk>/reuniao/modelo/", views.choose_model, name="model"),
    path("projetos/<int:pk>/reuniao/modelo/corrigir/", correction_views.correct_model, name="correct_model"),
    path("projetos/<int:pk>/reuniao/metodos/", views.agree_methods, name="methods"),
    path("projetos/<int:pk>/reuniao/pauta/<int:item_pk>/", views.note, name="note"),
    path("projetos/<int:pk>/reuniao/ata/", views.publish, name="publish"),
    path("projetos/<int:pk>/reuniao/ata/previa/", views.preview, name="preview"),
    path("projetos/<int:pk>/reuniao/ata/<int:number>/", views.minutes, name="minutes"),
    path("projetos/<int:pk>/reuniao/ata/<int:number>/pdf/", views.minutes_pdf, name="minutes_pdf"),
    path("projetos/<int:pk>/reuniao/ata/<int:number>/<str:party>/", views.answer, name="answer"),
    path("projetos/<int:pk>/ficha/", worksheet_views.worksheet, name="worksheet"),
    path("projetos/<int:pk>/ficha/partes/<str:key>/", worksheet_views.part, name="part"),
    path("projetos/<int:pk>/ficha/celula/", worksheet_views.cell, name="cell"),
    path("projetos/<int:pk>/ficha/colar/", worksheet_views.paste, name="paste"),
    path("projetos/<int:pk>/ficha/mudancas/", worksheet_views.changes, name="changes"),
    path("projetos/<int:pk>/ficha/historico/", worksheet_views.history, name="history"),
    path("projetos/<int:pk>/ficha/linhas/", worksheet_views.add_row, name="add_row"),
    path("projetos/<int:pk>/ficha/linhas/<int:row_pk>/", worksheet_views.save_row, name="save_row"),
    path("projetos/<int:pk>/ficha/linhas/<int:row_pk>/retirar/", worksheet_views.remove_row, name="remove_row"),
    path("projetos/<int:pk>/ficha/linhas/<int:row_pk>/feita/", worksheet_views.do_action, name="do_action"),
    path("projetos/<int:pk>/ficha/aditivos/", worksheet_views.answer_amendments, name="answer_amendments"),
    path(
        "projetos/<int:pk>/ficha/aditivos/<int:number>/retirar/",
        worksheet_views.withdraw_amendment,
        name="withdraw_amendment",
    ),
    path("projetos/<int:pk>/ficha/ficha.csv", worksheet_views.csv, name="csv"),
    path("projetos/<int:pk>/ficha/ficha.parquet", worksheet_views.parquet, name="parquet"),
    path("projetos/<int:pk>/ficha/ficha.xlsx", worksheet_views.xlsx, name="xlsx"),
    path("projetos/<int:pk>/ficha/ficha.json", worksheet_views.json, name="json"),
]
