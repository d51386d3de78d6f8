import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.fields.json
from django.conf import settings
from django.db import migrations

import apps.core.searching
from apps.core.database.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("core", "0004_trigrams"),
        ("rollouts", "0003_back_to_the_kickoff"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexAnew(
            model_name="openrequirement",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(
                    apps.core.searching.SearchWords(django.db.models.fields.json.KeyTextTransform("pt", "text")),
                    apps.core.searching.SearchWords(django.db.models.fields.json.KeyTextTransform("en", "text")),
                    config="portuguese",
                ),
                name="open_requirement_words",
            ),
        ),
    ]
