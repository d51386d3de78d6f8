"""The database itself refuses to change a closed month: the statement, and the lines that belong to one."""

from django.db import migrations

from apps.core.triggers import fixed_rows


class Migration(migrations.Migration):
    dependencies = [("hours", "0001_initial")]

    operations = [
        fixed_rows("hours_statement", "a closed month never changes"),
        fixed_rows("hours_line", "a line of a closed month never changes", once="statement_id"),
    ]
