from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("blueprints", "0001_initial"),
        ("companies", "0005_merged_companies"),
    ]

    operations = [
        migrations.AddField(
            model_name="platform",
            name="companies",
            field=models.ManyToManyField(
                blank=True, related_name="platforms", to="companies.company", verbose_name="empresas"
            ),
        ),
    ]
