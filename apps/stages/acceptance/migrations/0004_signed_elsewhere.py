"""A signature may be made elsewhere, with a certificate: the row then has the file and what is kept of the certificate."""

import django.db.models.deletion
from django.db import migrations, models

from apps.core.triggers import fixed_rows, freed_rows

SIGNED = "a signature does not change"


class Migration(migrations.Migration):
    dependencies = [
        ("acceptance", "0003_what_was_signed_is_fixed"),
        ("files", "0003_previews_and_uploads"),
    ]

    operations = [
        freed_rows("acceptance_signatory", SIGNED, once="signed_at"),
        migrations.AlterField(
            model_name="signatory",
            name="method",
            field=models.CharField(
                blank=True,
                choices=[
                    ("code", "entrada recente e código enviado ao e-mail"),
                    ("passkey", "entrada recente com chave de acesso (passkey)"),
                    ("certificate", "certificado digital, fora do navegador"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="file",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="certificate",
            field=models.JSONField(default=dict),
        ),
        migrations.AddConstraint(
            model_name="signatory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("file__isnull", False), ("method", "certificate")),
                    models.Q(models.Q(("method", "certificate"), _negated=True), ("file__isnull", True)),
                    _connector="OR",
                ),
                name="signatory_certificate_with_its_file",
            ),
        ),
        fixed_rows("acceptance_signatory", SIGNED, once="signed_at"),
    ]
