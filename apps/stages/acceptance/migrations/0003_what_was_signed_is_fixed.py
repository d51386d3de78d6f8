"""Codes are unique; the database itself refuses to change a sealed term or a signature."""

from django.db import migrations, models

from apps.core.triggers import fixed_rows
from apps.stages.acceptance.models import new_code


class Migration(migrations.Migration):
    dependencies = [("acceptance", "0002_sealed_terms")]

    operations = [
        migrations.AlterField(
            model_name="acceptanceterm",
            name="code",
            field=models.CharField(default=new_code, max_length=14, unique=True, verbose_name="código de verificação"),
        ),
        fixed_rows("acceptance_acceptanceterm", "a sealed term does not change", once="sealed_id"),
        fixed_rows("acceptance_signatory", "a signature does not change", once="signed_at"),
    ]
