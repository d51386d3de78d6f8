from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prerequisites", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="prerequisite",
            name="gate",
            field=models.CharField(
                choices=[
                    ("start_development", "Iniciar desenvolvimento"),
                    ("start_training", "Iniciar treinamento"),
                    ("start_homologation", "Iniciar homologação"),
                    ("start_acceptance", "Iniciar termo de aceite"),
                    ("start_go_live", "Iniciar entrada em produção"),
                    ("complete", "Concluir e liberar para operação não assistida"),
                    ("return_to_development", "Devolver ao desenvolvimento"),
                    ("return_to_homologation", "Devolver à homologação"),
                    ("reopen", "Reabrir o projeto"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="stopped",
            field=models.CharField(
                blank=True,
                choices=[
                    ("wrong", "A plataforma deixou de aceitar esta credencial."),
                    (
                        "lacking",
                        "A plataforma deixou de dar permissão de leitura a esta credencial. Devolva a permissão e entregue de novo.",
                    ),
                    ("purged", "A credencial foi destruída quando uma empresa deixou o projeto. Entregue outra."),
                    ("replaced", "A empresa que entregou isto deixou o projeto. Entregue o da nova."),
                ],
                max_length=10,
            ),
        ),
    ]
