from django.db import migrations

MEMBERSHIP_HAS_A_PERSON = """
ALTER TABLE companies_membership ADD CONSTRAINT membership_has_a_person
FOREIGN KEY (company_id, user_id) REFERENCES companies_person (company_id, user_id) DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    """What the directory took over goes; whoever has a membership is in it from here on."""

    dependencies = [("companies", "0003_people_of_before")]

    operations = [
        migrations.DeleteModel("Contact"),
        migrations.RemoveField("membership", "position"),
        migrations.RunSQL(
            MEMBERSHIP_HAS_A_PERSON, "ALTER TABLE companies_membership DROP CONSTRAINT membership_has_a_person"
        ),
    ]
