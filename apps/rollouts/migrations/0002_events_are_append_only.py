"""The database itself refuses to change or delete an event of a timeline."""

from django.db import migrations

from apps.core.triggers import fixed_rows


class Migration(migrations.Migration):
    dependencies = [("rollouts", "0001_initial")]

    operations = [fixed_rows("rollouts_event", "timeline events are append-only")]
