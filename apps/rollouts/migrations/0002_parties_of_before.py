import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0005_merged_companies"),
        ("rollouts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="rollout",
            name="previous",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="following",
                to="rollouts.rollout",
                verbose_name="fase anterior",
            ),
        ),
        migrations.AlterField(
            model_name="openrequirement",
            name="gate",
            field=models.CharField(
                blank=True,
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
            model_name="waiver",
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
                verbose_name="passagem",
            ),
        ),
        migrations.CreateModel(
            name="Analyst",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assigned_at", models.DateTimeField(default=apps.core.clock.now)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="analysed_rollouts",
                        to="companies.membership",
                    ),
                ),
                (
                    "rollout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="analysts", to="rollouts.rollout"
                    ),
                ),
            ],
            options={
                "verbose_name": "analista do projeto",
                "verbose_name_plural": "analistas do projeto",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("rollout", "membership"), name="analyst_once_per_rollout")
                ],
            },
        ),
        migrations.CreateModel(
            name="FormerParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("presence", "Presence"),
                            ("platform", "Plataforma"),
                            ("integrator", "Integrador"),
                            ("client", "Cliente"),
                        ],
                        max_length=12,
                        verbose_name="papel",
                    ),
                ),
                ("until", models.DateTimeField(default=apps.core.clock.now)),
                ("reason", models.TextField(verbose_name="motivo")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_parties",
                        to="companies.company",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rollout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_parties",
                        to="rollouts.rollout",
                    ),
                ),
            ],
            options={
                "verbose_name": "parte anterior",
                "verbose_name_plural": "partes anteriores",
                "ordering": ["until", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["presence", "platform", "integrator", "client"])),
                        name="former_party_role_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="former_party_has_a_reason"
                    ),
                ],
            },
        ),
    ]
