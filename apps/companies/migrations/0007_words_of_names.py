import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models

import apps.core.database.unaccented
from apps.core.database.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("core", "0004_trigrams"),
        ("companies", "0006_order_by_unaccented_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexAnew(
            model_name="company",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    apps.core.database.unaccented.Unaccented(models.F("trade_name")), name="gin_trgm_ops"
                ),
                name="company_trade_name_words",
            ),
        ),
        AddIndexAnew(
            model_name="company",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    apps.core.database.unaccented.Unaccented(models.F("legal_name")), name="gin_trgm_ops"
                ),
                name="company_legal_name_words",
            ),
        ),
        AddIndexAnew(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    apps.core.database.unaccented.Unaccented(models.F("name")), name="gin_trgm_ops"
                ),
                name="person_name_words",
            ),
        ),
    ]
