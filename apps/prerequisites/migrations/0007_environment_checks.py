import django.db.models.deletion
from django.db import migrations, models

import apps.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("prerequisites", "0006_submission_purged"),
    ]

    operations = [
        migrations.AlterField(
            model_name="prerequisite",
            name="kind",
            field=models.CharField(
                choices=[
                    ("document", "Documento"),
                    ("link", "Link"),
                    ("statement", "Declaração"),
                    ("credential", "Credencial"),
                    ("contact", "Contatos"),
                    ("environment", "Ambiente"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="probe",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("valid", "Funciona na plataforma"),
                    ("wrong", "Recusada pela plataforma"),
                    ("lacking", "Falta permissão na plataforma"),
                    ("elsewhere", "Parece ser do outro ambiente"),
                    ("unreachable", "A plataforma não respondeu"),
                    ("unclear", "Resposta inesperada da plataforma"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="EnvironmentCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=apps.core.clock.now)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("certificate_until", models.DateTimeField(null=True)),
                ("findings", models.JSONField(default=list)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="environment_checks",
                        to="prerequisites.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "verificação de ambiente",
                "verbose_name_plural": "verificações de ambiente",
                "ordering": ["pk"],
            },
        ),
    ]
