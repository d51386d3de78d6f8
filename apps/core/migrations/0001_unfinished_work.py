from django.db import migrations, models

import apps.core.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="UnfinishedWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=180)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("interrupted", "o processo foi interrompido"),
                            ("time", "passou do limite de tempo"),
                            ("memory", "passou do limite de memória"),
                            ("away", "um serviço de que depende não respondeu"),
                            ("refused", "o registro do projeto não permite"),
                            ("error", "erro inesperado"),
                        ],
                        default="interrupted",
                        max_length=12,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=80)),
                ("begun_at", models.DateTimeField(default=apps.core.clock.now)),
                ("failed_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(default=apps.core.clock.now, null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "trabalho não concluído",
                "verbose_name_plural": "trabalhos não concluídos",
                "ordering": ["begun_at", "pk"],
                "indexes": [models.Index(fields=["given_up_at"], name="unfinished_given_up")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), name="unfinished_once_per_item"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_up_at__isnull", False), ("next_try_at", None)),
                            models.Q(("given_up_at", None), ("next_try_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="unfinished_waits_or_is_given_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ["interrupted", "time", "memory", "away", "refused", "error"])
                        ),
                        name="unfinished_reason_is_known",
                    ),
                ],
            },
        ),
    ]
