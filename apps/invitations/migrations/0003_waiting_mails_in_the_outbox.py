from django.db import migrations
from django.db.models import F


def note_what_waits(apps, schema_editor):
    """What waits to be sent stands in the outbox too, as every message made from now on does."""
    mail = apps.get_model("outbox", "Mail")
    waiting = apps.get_model("invitations", "Invitation").objects.filter(accepted_at=None, revoked_at=None)
    rows = waiting.exclude(mailed_serial=F("serial")).values_list("pk", "email").iterator(chunk_size=1000)
    mail.objects.bulk_create(
        (mail(kind="invitations.mail", work="invitations.mail", key=str(pk), address=email) for pk, email in rows),
        batch_size=1000,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("invitations", "0002_person"), ("outbox", "0001_initial")]

    operations = [migrations.RunPython(note_what_waits, migrations.RunPython.noop)]
