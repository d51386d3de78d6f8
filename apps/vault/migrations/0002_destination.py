from django.db import migrations, models


class Migration(migrations.Migration):
    """What was sealed before is bound to no destination; ``prerequisites`` 0009 binds it."""

    dependencies = [("vault", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="secret",
            name="destination",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
    ]
