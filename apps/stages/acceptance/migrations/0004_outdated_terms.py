from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("acceptance", "0003_terms_set_aside"),
    ]

    operations = [
        migrations.AddField(
            model_name="acceptanceterm",
            name="outdated_at",
            field=models.DateTimeField(null=True),
        ),
    ]
