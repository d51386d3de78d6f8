"""How often a message was tried is noted with all other work (core.UnfinishedWork): here stands what became of it."""

from django.db import migrations, models
from django.utils import timezone

WAITING = models.Q(("dropped_at", None), ("sent_at", None))


def keep_what_was_dropped(apps, schema_editor):
    for name in ("Notice", "Digest"):
        model = apps.get_model("notices", name)
        model.objects.filter(sent_at=None, next_try_at=None).update(dropped_at=timezone.now())


def keep_what_waits(apps, schema_editor):
    for name in ("Notice", "Digest"):
        model = apps.get_model("notices", name)
        model.objects.exclude(WAITING).update(next_try_at=None)


def of(model: str) -> list:
    name = model.lower()
    return [
        migrations.RemoveIndex(model_name=name, name=f"{name}_next_try"),
        migrations.RemoveField(model_name=name, name="attempts"),
        migrations.RemoveField(model_name=name, name="next_try_at"),
        migrations.AddIndex(
            model_name=name, index=models.Index(fields=["id"], name=f"{name}_waiting", condition=WAITING)
        ),
        migrations.AddConstraint(
            model_name=name,
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_at", None), ("dropped_at", None), _connector="OR"),
                name=f"{name}_sent_or_dropped",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.AddField(model_name="notice", name="dropped_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="digest", name="dropped_at", field=models.DateTimeField(null=True)),
        migrations.RunPython(keep_what_was_dropped, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="notice", name="notice_sent_or_waiting"),
        migrations.RemoveConstraint(model_name="digest", name="digest_sent_or_waiting"),
        migrations.RunPython(migrations.RunPython.noop, keep_what_waits),
        *of("Notice"),
        *of("Digest"),
    ]
