import django.contrib.postgres.indexes
from django.db import migrations, models

import apps.core.database.unaccented
from apps.core.database.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("core", "0004_trigrams"),
        ("accounts", "0002_order_by_unaccented_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        AddIndexAnew(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    apps.core.database.unaccented.Unaccented(models.F("name")), name="gin_trgm_ops"
                ),
                name="user_name_words",
            ),
        ),
    ]
