from django.db import migrations, models

from apps.reporting import holidays


def fill(apps, schema_editor):
    holidays.update(apps.get_model("reporting", "Holiday"))


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
            ],
            options={
                "verbose_name": "feriado",
                "verbose_name_plural": "feriados",
                "ordering": ["day"],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(
            [
                "CREATE SCHEMA IF NOT EXISTS reporting",
                "COMMENT ON SCHEMA reporting IS 'What other programs read of Presence Rollout (docs/reporting.md).'",
            ],
            "DROP SCHEMA IF EXISTS reporting",
        ),
    ]
