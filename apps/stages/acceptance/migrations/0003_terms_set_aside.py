import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.clock


class Migration(migrations.Migration):
    dependencies = [
        ("acceptance", "0002_initial"),
        ("files", "0001_initial"),
        ("rollouts", "0002_parties_of_before"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SetAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=apps.core.clock.now)),
            ],
            options={
                "verbose_name": "termo seguido por outro",
                "verbose_name_plural": "termos seguidos por outros",
            },
        ),
        migrations.RemoveConstraint(
            model_name="acceptanceterm",
            name="term_one_in_force",
        ),
        migrations.AddConstraint(
            model_name="acceptanceterm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["drafted", "ready"])), fields=("rollout",), name="term_one_to_sign"
            ),
        ),
        migrations.AddField(
            model_name="setaside",
            name="term",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="set_aside", to="acceptance.acceptanceterm"
            ),
        ),
    ]
