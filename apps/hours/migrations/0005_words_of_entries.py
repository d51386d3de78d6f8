import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.conf import settings
from django.db import migrations, models

import apps.core.searching
from apps.core.database.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("core", "0004_trigrams"),
        ("homologation", "0003_words_of_nonconformities"),
        ("hours", "0004_months_that_approvals_cover"),
        ("rollouts", "0004_words_of_requirements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexAnew(
            model_name="timeentry",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(
                    apps.core.searching.SearchWords(models.F("note")), config="portuguese"
                ),
                name="time_entry_words",
            ),
        ),
    ]
