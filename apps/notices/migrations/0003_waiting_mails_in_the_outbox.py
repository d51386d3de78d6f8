from django.db import migrations


def note_what_waits(apps, schema_editor):
    """What waits to be sent stands in the outbox too, as every message made from now on does."""
    mail = apps.get_model("outbox", "Mail")
    for model, work in (("Notice", "notices.notice"), ("Digest", "notices.digest")):
        waiting = apps.get_model("notices", model).objects.filter(sent_at=None, dropped_at=None)
        rows = waiting.values_list("pk", "user_id", "user__email").iterator(chunk_size=1000)
        mail.objects.bulk_create(
            (mail(kind=work, work=work, key=str(pk), user_id=user, address=email) for pk, user, email in rows),
            batch_size=1000,
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_reminders_of_meetings"), ("outbox", "0001_initial")]

    operations = [migrations.RunPython(note_what_waits, migrations.RunPython.noop)]
