"""Signed heads of the timelines; the database refuses to change or delete one."""

import django.db.models.deletion
from django.db import migrations, models

from apps.core.triggers import fixed_rows


class Migration(migrations.Migration):
    dependencies = [
        ("rollouts", "0004_planned_stage"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnchorSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("content", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("seal", models.BinaryField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("demonstration", models.BooleanField()),
            ],
            options={
                "verbose_name": "folha de âncoras",
                "verbose_name_plural": "folhas de âncoras",
                "ordering": ["number"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="anchor_sheet_from_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="ChainAnchor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveIntegerField()),
                ("head", models.CharField(max_length=64)),
                (
                    "rollout",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="anchors", to="rollouts.rollout"
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="rollouts.anchorsheet"
                    ),
                ),
            ],
            options={
                "verbose_name": "âncora do histórico",
                "verbose_name_plural": "âncoras dos históricos",
                "ordering": ["rollout", "sequence"],
                "constraints": [
                    models.UniqueConstraint(fields=("rollout", "sequence"), name="anchor_once_an_event"),
                    models.CheckConstraint(condition=models.Q(("sequence__gte", 1)), name="anchor_sequence_from_one"),
                ],
            },
        ),
        fixed_rows("rollouts_anchorsheet", "sheets of anchors are append-only"),
        fixed_rows("rollouts_chainanchor", "anchors are append-only"),
    ]
