from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("golive", "0002_on_call"),
    ]

    operations = [
        migrations.AddField(
            model_name="window",
            name="lapsed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
