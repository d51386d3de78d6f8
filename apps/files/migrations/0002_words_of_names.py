import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models

import apps.core.database.unaccented
from apps.core.database.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("core", "0004_trigrams"),
        ("files", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexAnew(
            model_name="storedfile",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    apps.core.database.unaccented.Unaccented(models.F("name")), name="gin_trgm_ops"
                ),
                name="file_name_words",
            ),
        ),
    ]
