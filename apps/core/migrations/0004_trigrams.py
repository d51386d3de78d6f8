from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Names that are mistyped are found by their trigrams. The extension is a trusted one: the database's owner may add it."""

    dependencies = [("core", "0003_scheduled_runs")]

    operations = [TrigramExtension()]
