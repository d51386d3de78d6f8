"""Versions of a policy, what is charged, and the month of a client. Closed rows are freed for it and fixed again."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

import apps.core.clock
from apps.core.triggers import fixed_rows, freed_rows

CLOSED = "a closed month never changes"
CLOSED_LINE = "a line of a closed month never changes"


def charge_what_was_billed(apps, schema_editor) -> None:
    """Until now every billable minute was charged, at the rate of the rollout's one policy."""
    line, policy = apps.get_model("hours", "Line"), apps.get_model("hours", "Policy")
    for each in policy.objects.all():
        billable = line.objects.filter(entry__rollout=each.rollout_id, klass="billable")
        billable.update(charged_minutes=F("minutes"), rate=each.hourly_rate)


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0001_initial"),
        ("files", "0002_storedfile_found_storedfile_kind_storedfile_scan_and_more"),
        ("homologation", "0001_initial"),
        ("hours", "0002_closed_months_are_fixed"),
        ("rollouts", "0003_assignment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        freed_rows("hours_statement", CLOSED),
        freed_rows("hours_line", CLOSED_LINE, once="statement_id"),
        migrations.CreateModel(
            name="ClientStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("month", models.DateField(verbose_name="mês")),
                ("content", models.JSONField()),
                ("closed_at", models.DateTimeField(default=apps.core.clock.now)),
            ],
            options={
                "verbose_name": "fechamento do cliente",
                "verbose_name_plural": "fechamentos dos clientes",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="StatementPdf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "PDF de fechamento",
                "verbose_name_plural": "PDFs de fechamentos",
            },
        ),
        migrations.AlterModelOptions(
            name="policy",
            options={
                "ordering": ["effective_from", "number"],
                "verbose_name": "política de horas",
                "verbose_name_plural": "políticas de horas",
            },
        ),
        migrations.AddField(
            model_name="line",
            name="charged_minutes",
            field=models.IntegerField(default=0, verbose_name="minutos cobrados"),
        ),
        migrations.AddField(
            model_name="line",
            name="rate",
            field=models.PositiveIntegerField(default=0, verbose_name="valor da hora"),
        ),
        migrations.AddField(
            model_name="policy",
            name="effective_from",
            field=models.DateField(default=datetime.date(2000, 1, 1), verbose_name="vale a partir de"),
        ),
        migrations.AddField(
            model_name="policy",
            name="follow_up_rate",
            field=models.PositiveIntegerField(null=True, verbose_name="valor da hora de acompanhamento"),
        ),
        migrations.AddField(
            model_name="policy",
            name="homologation_rate",
            field=models.PositiveIntegerField(null=True, verbose_name="valor da hora de homologação"),
        ),
        migrations.AddField(
            model_name="policy",
            name="increment",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="incremento mínimo"),
        ),
        migrations.AddField(
            model_name="policy",
            name="number",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="policy",
            name="rounding",
            field=models.CharField(
                choices=[
                    ("none", "Sem arredondamento"),
                    ("up", "Para cima"),
                    ("nearest", "Ao mais próximo (metade para cima)"),
                ],
                default="none",
                max_length=8,
                verbose_name="arredondamento",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="training_rate",
            field=models.PositiveIntegerField(null=True, verbose_name="valor da hora de treinamento"),
        ),
        migrations.AlterField(
            model_name="policy",
            name="rollout",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="hours_policies", to="rollouts.rollout"
            ),
        ),
        migrations.AddIndex(
            model_name="timeentry",
            index=models.Index(fields=["rollout", "started_at", "number"], name="time_entry_in_order"),
        ),
        migrations.AddIndex(
            model_name="timeentry",
            index=models.Index(fields=["person", "started_at"], name="time_entry_day_of_a_person"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("klass", "billable"), ("charged_minutes", 0), _connector="OR"),
                name="line_only_billable_is_charged",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.UniqueConstraint(fields=("rollout", "number"), name="policy_number_once"),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("increment__gte", 1), ("increment__lte", 240)), name="policy_increment_in_minutes"
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("rounding__in", ["none", "up", "nearest"])), name="policy_rounding_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(fields=("rollout", "number"), name="statement_number_once"),
        ),
        migrations.AddField(
            model_name="clientstatement",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="hour_statements", to="companies.company"
            ),
        ),
        migrations.AddField(
            model_name="clientstatement",
            name="closed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="statementpdf",
            name="client_statement",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="pdf", to="hours.clientstatement"
            ),
        ),
        migrations.AddField(
            model_name="statementpdf",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="statementpdf",
            name="statement",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="pdf", to="hours.statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="clientstatement",
            constraint=models.UniqueConstraint(fields=("client", "month"), name="client_statement_once_a_month"),
        ),
        migrations.AddConstraint(
            model_name="statementpdf",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("client_statement__isnull", False), ("statement", None)),
                    models.Q(("client_statement", None), ("statement__isnull", False)),
                    _connector="OR",
                ),
                name="statement_pdf_of_one_statement",
            ),
        ),
        migrations.RunPython(charge_what_was_billed, migrations.RunPython.noop),
        fixed_rows("hours_statement", CLOSED),
        fixed_rows("hours_line", CLOSED_LINE, once="statement_id"),
        fixed_rows("hours_clientstatement", CLOSED),
        fixed_rows("hours_policy", "a version of a policy never changes"),
    ]
