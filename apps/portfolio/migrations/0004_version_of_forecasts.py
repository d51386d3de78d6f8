from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0003_status_reports_absences_and_capacity")]

    operations = [
        migrations.AddField(model_name="forecast", name="version", field=models.PositiveIntegerField(null=True)),
    ]
