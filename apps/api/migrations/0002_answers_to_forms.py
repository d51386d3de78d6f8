import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Answers to forms of people stand beside those to tokens. The release before writes only the latter, as it did."""

    dependencies = [
        ("api", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="answer",
            options={
                "ordering": ["pk"],
                "verbose_name": "resposta a um envio",
                "verbose_name_plural": "respostas a envios",
            },
        ),
        migrations.AddField("answer", "location", models.TextField(blank=True, db_default="")),
        migrations.AddField(
            "answer",
            "person",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "answer",
            "token",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answers",
                to="api.apitoken",
            ),
        ),
        migrations.AddConstraint(
            "answer", models.UniqueConstraint(fields=["person", "key", "request"], name="answer_once_a_form")
        ),
        migrations.AddConstraint(
            "answer",
            models.CheckConstraint(
                condition=Q(token=None, person__isnull=False) | Q(token__isnull=False, person=None),
                name="answer_to_a_token_or_a_person",
            ),
        ),
    ]
