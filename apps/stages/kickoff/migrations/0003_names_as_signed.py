from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_those_of_before(apps, schema_editor) -> None:
    """What was published and answered before takes the names of today, and keeps them from now on."""
    user_class = apps.get_model(settings.AUTH_USER_MODEL)
    for model, name, account in (("Minutes", "publisher_name", "published_by"), ("MinutesAnswer", "name", "by")):
        names = user_class.objects.filter(pk=OuterRef(account)).values("name")[:1]
        apps.get_model("kickoff", model).objects.filter(**{name: ""}).update(**{name: Subquery(names)})


class Migration(migrations.Migration):
    dependencies = [
        ("kickoff", "0002_meetings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="publisher_name",
            field=models.CharField(blank=True, db_default="", max_length=120),
        ),
        migrations.AddField(
            model_name="minutesanswer",
            name="name",
            field=models.CharField(blank=True, db_default="", max_length=120),
        ),
        migrations.RunPython(name_those_of_before, migrations.RunPython.noop),
    ]
