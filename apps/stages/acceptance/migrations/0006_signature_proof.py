"""A signature keeps what it rests on: the fresh proof of the person, the mailed code or the passkey."""

from django.db import migrations, models

from apps.core.triggers import fixed_rows, freed_rows

SIGNED = "a signature does not change"


class Migration(migrations.Migration):
    dependencies = [("acceptance", "0005_own_clauses")]

    operations = [
        freed_rows("acceptance_signatory", SIGNED, once="signed_at"),
        migrations.AddField(model_name="signatory", name="proof", field=models.JSONField(default=dict)),
        fixed_rows("acceptance_signatory", SIGNED, once="signed_at"),
    ]
