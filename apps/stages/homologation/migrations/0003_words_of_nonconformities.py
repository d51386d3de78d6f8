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
        ("homologation", "0002_meetings"),
        ("rollouts", "0004_words_of_requirements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexAnew(
            model_name="nonconformity",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(
                    apps.core.searching.SearchWords(models.F("title")),
                    apps.core.searching.SearchWords(models.F("fix_note")),
                    config="portuguese",
                ),
                name="nonconformity_words",
            ),
        ),
        AddIndexAnew(
            model_name="nonconformitycomment",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(
                    apps.core.searching.SearchWords(models.F("text")), config="portuguese"
                ),
                name="nonconformity_comment_words",
            ),
        ),
    ]
